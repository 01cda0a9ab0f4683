import ArgumentParser
import Fingerprints
import Foundation
import Providers
import ScanCorpus

/// Rows of keys that nobody has: their windows are as random as those of real keys.
struct MakeFingerprints: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprints", abstract: "Rows of many made-up keys, to measure with.")

    @Option var count = 1_000_000
    @Option(help: "The first key's number.") var from = 1_000_000
    @Option var rows: String
    @Option var scanKeyFile: String

    /// Windows a key, the mean of each provider's (Fingerprints, Format.md).
    private static let windows: [Provider: Int] = [
        .anthropic: 26, .openai: 40, .google: 6, .deepseek: 9, .mistral: 5, .groq: 5,
    ]

    func run() throws {
        let id = try MakeCorpus.scanKey(scanKeyFile).id
        var random = CorpusRandom(seed: 77)
        let keys = try Output(rows + ".keys"), fingerprints = try Output(rows + ".fingerprints")
        let sealed = #"\\x01"# + String(repeating: "ab", count: 60)
        for number in from..<from + count {
            let provider = Provider.allCases[number % 6]
            let key = RowFiles.id(number)
            try keys.add("\(key)\t\(key)\t\(provider.rawValue)\tlabel\tmade\t1\t\(sealed)\tactive\n")
            let values = (0..<(Self.windows[provider] ?? 5)).map { _ in random.next() }.sorted()
            var hex = ""
            for value in values {
                let digits = String(value, radix: 16)
                hex += String(repeating: "0", count: 16 - digits.count) + digits
            }
            try fingerprints.add("\(key)\t1\t\(id)\t\\\\x\(hex)\n")
        }
        try keys.flush()
        try fingerprints.flush()
    }

    private final class Output {
        private let handle: FileHandle
        private var pending = ""

        init(_ path: String) throws {
            try Data().write(to: URL(filePath: path))
            handle = try FileHandle(forWritingTo: URL(filePath: path))
        }

        func add(_ line: String) throws {
            pending += line
            if pending.utf8.count > 1 << 20 { try flush() }
        }

        func flush() throws {
            try handle.write(contentsOf: Data(pending.utf8))
            pending = ""
        }
    }
}
