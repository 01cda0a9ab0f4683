import Fingerprints
import Foundation
import Providers
import ScanCorpus
import Secrets
import TestSupport
import Testing

@testable import LogSources
@testable import Scanner

/// A folder for one test.
final class LogFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "byok-logs-\(UUID().uuidString)/secrets").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(filePath: file))
        return file
    }

    func append(_ text: String, _ name: String) throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: path + "/" + name))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }
}

struct FileScanTests {
    private let folder: LogFolder
    private let scan: FileScan
    private let keys: [MadeUpKey]

    init() throws {
        folder = try LogFolder()
        var random = CorpusRandom(seed: 40)
        keys = (0..<8).map { _ in MadeUpKey(.anthropic, &random) }
        let bytes = [UInt8](repeating: 7, count: 32)
        let rules = ScanRules(
            scanKey: try .init(SecretBytes(copying: bytes.span)), stored: .none, inflate: GzipText.inflate)
        scan = FileScan(rules, workerCount: 2)
    }

    private func line(_ number: Int) -> String { "key \(keys[number].text) refused\n" }

    @Test func `a big file scanned on two cores gives what one core gives, with the right lines`() async throws {
        let corpus = Corpus(seed: 41, leaksAKind: 1, byteCount: 13 << 20)
        let path = try folder.write(corpus.bytes, "big.log")
        let both = try await scan.scan(path)
        let one = try await FileScan(scan.rules, workerCount: 1).scan(path)
        let places = both.findings.map { [$0.line, $0.column, $0.finding.offset] }
        #expect(places == one.findings.map { [$0.line, $0.column, $0.finding.offset] })
        #expect(both.bytesSeen == corpus.bytes.count && both.problems.isEmpty)
        #expect(both.lineCount == corpus.bytes.count { $0 == 10 })
        var (line, lineStart, next) = (1, 0, 0)
        for located in both.findings {
            for place in next..<located.finding.offset where corpus.bytes[place] == 10 {
                (line, lineStart) = (line + 1, place + 1)
            }
            next = max(next, located.finding.offset)
            #expect(located.line == line && located.column == located.finding.offset - lineStart + 1)
        }
        #expect(!both.findings.isEmpty)
    }

    @Test func `a second scan reads what is new, and tells nothing twice`() async throws {
        let path = try folder.write(Array(("start\n" + line(0)).utf8), "app.log")
        let first = try await scan.scan(path)
        #expect(first.findings.map(\.line) == [2])
        let unchanged = try await scan.scan(path, after: first.mark)
        #expect(unchanged.findings.isEmpty && unchanged.bytesSeen == 0)
        try folder.append("more\n" + line(1), "app.log")
        let second = try await scan.scan(path, after: first.mark)
        #expect(second.findings.map(\.line) == [4])
        #expect(second.bytesSeenBefore + second.bytesSeen == second.size)
    }

    @Test func `a key whose line was not finished at the first scan is found at the second`() async throws {
        let text = line(0)
        let path = try folder.write(Array(("start\n" + text.prefix(10)).utf8), "app.log")
        let first = try await scan.scan(path)
        try folder.append(String(text.dropFirst(10)), "app.log")
        let second = try await scan.scan(path, after: first.mark)
        #expect(first.findings.isEmpty && second.findings.map(\.line) == [2])
    }

    @Test func `a file that was cut short and filled anew is read from its start`() async throws {
        let path = try folder.write(Array(("old beginning\n" + line(0)).utf8), "app.log")
        let first = try await scan.scan(path)
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data((line(1) + line(2) + line(3)).utf8))
        try handle.close()
        let second = try await scan.scan(path, after: first.mark)
        #expect(second.findings.count == 3 && second.bytesSeenBefore == 0)
    }

    @Test func `a key that was cut by the end of the first scan is told whole at the second, and nothing twice`()
        async throws
    {
        let keys = self.keys.map(\.text)
        let (head, tail) = (keys[1].prefix(60), keys[1].dropFirst(60))
        // In the middle of a line that has a leak already; over a line end; in a line without end.
        for (before, after) in [
            ("one \(keys[0]) y \(head.prefix(6))", "\(head.dropFirst(6))\(tail) z\n"),
            ("one \(keys[0])\nkey \(head)\n", "    \(tail) refused\n"),
            (String(repeating: "long ", count: 20_000) + head.prefix(6), head.dropFirst(6) + tail + " end\n"),
        ] {
            let path = try folder.write(Array(before.utf8), "app.log")
            let first = try await scan.scan(path)
            try folder.append(after, "app.log")
            let second = try await scan.scan(path, after: first.mark)
            let whole = try await scan.scan(path)
            #expect(second.findings.map(\.finding.offset) == [before.utf8.count - (before.hasSuffix("\n") ? 61 : 6)])
            #expect(second.findings.last?.line == whole.findings.last?.line)
            // Of a line as long as that, nobody looks for the beginning.
            if before.utf8.count < 65_536 {
                #expect(second.findings.last?.column == whole.findings.last?.column)
            }
            #expect(second.bytesSeenBefore == before.utf8.count && second.bytesSeen == after.utf8.count)
            #expect(second.findingCount == 1)
            let third = try await scan.scan(path, after: second.mark)
            #expect(third.findings.isEmpty && third.findingCount == 0 && third.bytesSeen == 0)
        }
    }

    @Test func `a file with a banner that was cut short and filled anew is read from its start`() async throws {
        let banner = String(repeating: "banner of the program\n", count: 200)
        let path = try folder.write(Array((banner + "old\n").utf8), "app.log")
        let first = try await scan.scan(path)
        let again = try FileHandle(forWritingTo: URL(filePath: path))
        try again.truncate(atOffset: UInt64(banner.utf8.count))
        try again.seekToEnd()
        try again.write(contentsOf: Data((line(1) + String(repeating: "new\n", count: 50)).utf8))
        try again.close()
        let second = try await scan.scan(path, after: first.mark)
        #expect(second.findings.count == 1 && second.bytesSeenBefore == 0)
    }

    @Test(arguments: [
        [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], Array("BZh91AY".utf8), [0x50, 0x4B, 3, 4], [0x04, 0x22, 0x4D, 0x18],
    ])
    func `what is compressed otherwise is told as not read`(beginning: [UInt8]) async throws {
        let path = try folder.write(beginning + [UInt8](repeating: 0xE7, count: 500), "app.log.2")
        let source = try await scan.scan(path)
        #expect(source.problems == [.compressionNotSupported])
    }

    @Test func `a renamed file is found beside the new one`() throws {
        let path = try folder.write(Array("x\n".utf8), "app.log")
        let identity = try #require(FileIdentity(of: path))
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        _ = try folder.write(Array("y\n".utf8), "app.log")
        #expect(identity.found(beside: path) == path + ".1")
        #expect(FileIdentity(of: path) != identity)
    }

    @Test func `a file of holes is read in no time and called complete`() async throws {
        let path = try folder.write([], "sparse.log")
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: 50 << 30)
        try handle.seek(toOffset: 20 << 30)
        try handle.write(contentsOf: Data(line(0).utf8))
        try handle.close()
        let source = try await scan.scan(path)
        #expect(source.findings.map(\.finding.offset) == [(20 << 30) + 4])
        #expect(source.bytesSeen == 50 << 30 && source.problems.isEmpty)
    }

    @Test func `what is no file, or may not be read, is told`() async throws {
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(try await scan.scan(pipe).problems == [.notAFile])
        #expect(try await scan.scan(folder.path + "/none").problems == [.missing])
        #expect(try await scan.scan(folder.path).problems == [.notAFile])
    }
}

struct ArchiveTests {
    private let folder: LogFolder
    private let scan: FileScan
    private let text: String

    init() throws {
        folder = try LogFolder()
        var random = CorpusRandom(seed: 42)
        text = "key \(MadeUpKey(.groq, &random).text) refused\n"
        let bytes = [UInt8](repeating: 7, count: 32)
        scan = FileScan(
            ScanRules(scanKey: try .init(SecretBytes(copying: bytes.span)), stored: .none, inflate: GzipText.inflate),
            workerCount: 1)
    }

    private func compress(_ tool: String, _ parts: [String]) throws -> [UInt8] {
        var all: [UInt8] = []
        for part in parts {
            let plain = try folder.write(Array(part.utf8), "part")
            let finished = try Subprocess.run("/bin/sh", ["-c", "\(tool) -c < \(plain) > \(plain).out"])
            try #require(finished.status == 0)
            all += try Data(contentsOf: URL(filePath: plain + ".out"))
        }
        return all
    }

    #if Compression
        @Test(arguments: ["gzip", "zstd -q"])
        func `every member of an archive is read`(_ tool: String) async throws {
            let filler = String(repeating: "nothing here\n", count: 50_000)
            let path = try folder.write(try compress(tool, [text + filler, filler + text, text]), "app.log.1")
            let source = try await scan.scan(path)
            #expect(source.findings.map(\.line) == [1, 100_002, 100_003])
            #expect(source.problems.isEmpty && source.bytesSeen == source.size)
        }

        @Test(arguments: ["gzip", "zstd -q"])
        func `a truncated or damaged archive is read as far as it goes, and told`(_ tool: String) async throws {
            var random = CorpusRandom(seed: 43)
            let noise = (0..<20_000).map { _ in random.uuid() + "\n" }.joined()
            let whole = try compress(tool, [text + noise])
            let cut = try await scan.scan(try folder.write(Array(whole.dropLast(2_000)), "cut"))
            #expect(cut.findings.count == 1 && cut.problems == [.truncatedArchive])
            var broken = whole
            for index in 200_000..<200_400 { broken[index] ^= 0x5A }
            let damaged = try await scan.scan(try folder.write(broken, "damaged"))
            #expect(damaged.problems == [.damagedArchive] || damaged.problems == [.truncatedArchive])
            let trailing = try await scan.scan(try folder.write(whole + Array("junk behind it".utf8), "trailing"))
            #expect(trailing.findings.count == 1 && trailing.problems == [.trailingBytes])
        }

        @Test func `gzip in base64 in a line is looked into`() async throws {
            let blob = Data(try compress("gzip", [#"{"key":""# + text + #""}"#])).base64EncodedString()
            let source = try await scan.scan(try folder.write(Array("body \(blob) end\n".utf8), "app.log"))
            #expect(source.findings.map(\.finding.encodings) == [[.gzip]])
        }

        @Test func `gzip in base64 that is folded into lines is whole, wherever these end`() async throws {
            var random = CorpusRandom(seed: 44)
            let texts = (0..<60).map { count in (0..<count + 4).map { _ in random.uuid() }.joined() }
            let parts = try texts.map {
                Data(try compress("gzip", [$0])).base64EncodedString(options: .lineLength64Characters)
            }
            for (number, part) in parts.enumerated() {
                let log = part.split(whereSeparator: \.isNewline).joined(separator: "\n") + "\n"
                let source = try await scan.scan(try folder.write(Array(log.utf8), "folded\(number).log"))
                #expect(source.problems == [] && source.findings.isEmpty, "\(number)")
            }
        }
    #else
        @Test(arguments: ["gzip", "zstd -q"])
        func `an archive that cannot be decompressed is told as not read`(_ tool: String) async throws {
            let source = try await scan.scan(try folder.write(try compress(tool, [text]), "app.log.1"))
            #expect(source.problems == [.compressionNotSupported])
        }
    #endif
}
