import ArgumentParser
import Fingerprints
import Foundation
import Providers
import ScanCorpus
import Secrets

struct MakeCorpus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Write a log, the list of its leaks, and rows for the stored keys.")

    @Argument(help: "The log.") var log: String
    @Option var mib = 64
    @Option var seed: UInt64 = 1
    @Option(help: "Leaks of each kind and provider.") var each = 5
    @Option(help: "Where the leaks are listed.") var expected: String
    @Option(help: "Where rows for api_keys and key_fingerprints are put, as COPY reads them.") var rows: String
    @Option(help: "The scan key, base64 in a file.") var scanKeyFile: String

    func run() throws {
        let corpus = Corpus(seed: seed, leaksAKind: each, byteCount: mib << 20)
        try Data(corpus.bytes).write(to: URL(filePath: log))
        var fingerprinter = try Fingerprinter(Self.scanKey(scanKeyFile))
        let id = try Self.scanKey(scanKeyFile).id
        var table = RowFiles(id)
        for (number, key) in corpus.storedKeys.enumerated() {
            let bytes = Array(key.text.utf8)
            let windows = try key.provider.fingerprint(of: SecretBytes(copying: bytes.span), with: &fingerprinter) ?? []
            table.add(number, key.provider, String(key.text.prefix(4)), windows)
        }
        try table.write(to: rows)
        let leaks = corpus.leaks.map { leak in
            ExpectedLeak(
                kind: leak.kind.rawValue, provider: leak.key.provider.rawValue,
                keyID: leak.stored.map { RowFiles.id($0).uuidString.lowercased() }, isPromised: leak.isPromised,
                lines: Self.lines(of: leak.range, corpus))
        }
        try JSONEncoder().encode(leaks).write(to: URL(filePath: expected))
    }

    static func scanKey(_ path: String) throws -> ScanKey {
        let text = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let data = Data(base64Encoded: text) else { throw ValidationError("not base64") }
        let bytes = Array(data)
        return try ScanKey(SecretBytes(copying: bytes.span))
    }

    /// Counting from the start for each leak would take for ever.
    private static func lines(of range: Range<Int>, _ corpus: Corpus) -> ClosedRange<Int> {
        let first = LineCounter.shared.line(at: range.lowerBound, corpus.bytes)
        let last = first + corpus.bytes[range].count { $0 == 10 } - (corpus.bytes[range.upperBound - 1] == 10 ? 1 : 0)
        return first...max(first, last)
    }
}

/// Counts line ends on the way through.
final class LineCounter {
    nonisolated(unsafe) static let shared = LineCounter()
    private var place = 0
    private var count = 1

    func line(at offset: Int, _ bytes: [UInt8]) -> Int {
        count += bytes[place..<offset].count { $0 == 10 }
        place = offset
        return count
    }
}

struct ExpectedLeak: Codable {
    let kind: String
    let provider: String
    let keyID: String?
    let isPromised: Bool
    let lines: ClosedRange<Int>
}

/// Rows as COPY reads them.
struct RowFiles {
    private var keys = ""
    private var fingerprints = ""
    private let scanKeyID: String

    init(_ scanKeyID: String) { self.scanKeyID = scanKeyID }

    static func id(_ number: Int) -> UUID {
        UUID(uuidString: "0b000000-0000-4000-8000-" + String(format: "%012d", number)) ?? UUID()
    }

    mutating func add(_ number: Int, _ provider: Provider, _ prefix: String, _ windows: [UInt8]) {
        let id = Self.id(number)
        let sealed = #"\\x01"# + String(repeating: "ab", count: 60)
        keys += "\(id)\t\(id)\t\(provider.rawValue)\tlabel \(number)\t\(prefix)\t1\t\(sealed)\tactive\n"
        fingerprints += "\(id)\t1\t\(scanKeyID)\t\\\\x" + windows.map { String(format: "%02x", $0) }.joined() + "\n"
    }

    func write(to path: String) throws {
        try keys.write(toFile: path + ".keys", atomically: true, encoding: .utf8)
        try fingerprints.write(toFile: path + ".fingerprints", atomically: true, encoding: .utf8)
    }
}
