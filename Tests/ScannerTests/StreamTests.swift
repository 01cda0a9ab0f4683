import Providers
import ScanCorpus
import Testing

@testable import Scanner

struct StreamTests {
    private let key: MadeUpKey = {
        var random = CorpusRandom(seed: 20)
        return MadeUpKey(.anthropic, &random)
    }()

    @Test(arguments: [-300, -120, -50, -1, 0, 1, 50, 4_000, 8_192])
    func `a key that lies over the end of a block is told once, in its place`(_ offset: Int) throws {
        let scanner = try StreamScanner(StoredCorpus([key]).rules)
        let block = 256 * 1_024
        for edge in [block, block - StreamScanner.lookAhead, 2 * block] {
            let before = edge + offset
            let line = Array(repeating: UInt8(ascii: "."), count: 99) + [10]
            var bytes = (0..<before / 100).flatMap { _ in line }
            bytes += Array(repeating: UInt8(ascii: "."), count: before - bytes.count)
            bytes += Array((key.text + " end\n").utf8) + (0..<3_000).flatMap { _ in line }
            let findings = try scanner.findings(in: bytes)
            try #require(findings.count == 1)
            #expect(findings[0].offset == before)
            #expect(findings[0].linesBefore == before / 100)
            #expect(findings[0].lineStart == before / 100 * 100)
        }
    }

    @Test func `the pieces in which a text comes make no difference`() throws {
        let corpus = Corpus(seed: 21, leaksAKind: 1, byteCount: 1 << 20)
        let scanner = try StreamScanner(StoredCorpus(corpus.storedKeys).rules)
        let whole = try scanner.findings(in: corpus.bytes).map { "\($0)" }
        let pieces = try scanner.findings(in: corpus.bytes, piece: 7_919).map { "\($0)" }
        #expect(!whole.isEmpty && whole == pieces)
    }

    @Test func `parts scanned apart give what the whole gives`() throws {
        let corpus = Corpus(seed: 22, leaksAKind: 1, byteCount: 1 << 20)
        let scanner = try StreamScanner(StoredCorpus(corpus.storedKeys).rules)
        let whole = try scanner.findings(in: corpus.bytes).map(\.offset)
        var apart: [Int] = []
        let size = 300_000
        for start in stride(from: 0, to: corpus.bytes.count, by: size) {
            let end = min(start + size, corpus.bytes.count)
            let from = max(0, start - StreamScanner.lookBehind)
            apart += try scanner.findings(
                in: Array(corpus.bytes[from..<min(end + StreamScanner.lookAhead, corpus.bytes.count)]), at: from,
                own: start..<end
            ).map(\.offset)
        }
        #expect(whole == apart)
    }

    @Test(arguments: [
        "a", "A", "Aa", "0", "sk-a", "AIza", "\u{0}a", "%41", #"\u0041"#, "\n", "a\n", "H4sI", "<Buffer ",
        "<Buffer 41 ",
        "%41bcdefghijk ",
    ])
    func `ten megabytes of one thing are no leak and take linear time`(_ piece: String) throws {
        let scanner = try StreamScanner(StoredCorpus([key]).rules)
        let bytes = Array(repeatElement(Array(piece.utf8), count: 10_000_000 / piece.utf8.count).joined())
        #expect(try scanner.findings(in: bytes).isEmpty)
    }

    @Test(arguments: 0..<64)
    func `how a key is read does not hang on where it stands`(_ offset: Int) throws {
        var random = CorpusRandom(seed: 26)
        let key = MadeUpKey(.groq, &random).text
        let scanner = try StreamScanner(StoredCorpus([]).rules)
        let line = String(repeating: ".", count: offset) + "GET /x?q=%7B%22user%5Fid%22%3A%22\(key)%22\n"
        let findings = try scanner.findings(in: Array(line.utf8))
        #expect(findings.count == 1 && findings.first?.encodings == [])
    }

    @Test(arguments: [0, 1])
    func `gzip text that is not read is told wherever in what text it stands`(_ shift: Int) throws {
        let scanner = try StreamScanner(StoredCorpus([], inflate: nil).rules)
        let text =
            String(repeating: "line of a log\n", count: 21_000) + "x=H4sIAAAAAAAA" + String(repeating: "Ab3", count: 20)
        let wide = Array(repeating: 0, count: shift) + (text + "\n").utf8.flatMap { [$0, 0] }
        #expect(try scanner.findings(in: wide).isEmpty && scanner.unread.map(\.reason) == [.gzipTextNotSupported])
        #expect(abs((scanner.unread.first?.offset ?? 0) - 2 * (21_000 * 14 + 2)) < 4)
    }

    /// A log full of cut keys: each is one, and each line end may stand inside of one. Compared each with each, it would
    /// take minutes.
    @Test func `a hundred thousand leaks are told`() throws {
        let scanner = try StreamScanner(StoredCorpus([]).rules)
        let bytes = (0..<100_000).flatMap { number in Array("AIzaSyD\(number * 7_919 % 1_000_003)kQwErTzU\n".utf8) }
        #expect(try scanner.findings(in: bytes).count > 90_000)
    }

    @Test func `nothing of a key is shown, nor of another that stands beside it in whatever form`() throws {
        let corpus = Corpus(seed: 23, leaksAKind: 3, byteCount: 1)
        let scanner = try StreamScanner(StoredCorpus(corpus.storedKeys).rules)
        let crowded = corpus.bytes.map { $0 == 10 ? UInt8(ascii: " ") : $0 }
        let wide = corpus.leaks.prefix(100).flatMap { Array("\($0.key.text) ".utf16).flatMap { [UInt8($0 & 255), 0] } }
        let numbers = corpus.leaks.prefix(100).flatMap { leak in
            let codes = leak.key.text.utf8.map { String($0) }
            return Array("k=\(leak.key.text) data:[\(codes.joined(separator: ","))] ".utf8)
        }
        var excerpts: [String] = []
        for bytes in [crowded, wide, numbers] { excerpts += try scanner.findings(in: bytes).map(\.excerpt) }
        try #require(excerpts.count > 400)
        let secrets = Set(corpus.leaks.flatMap { Self.pieces(of: Array($0.key.body.utf8)) })
        for excerpt in excerpts {
            #expect(excerpt.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
            for text in Self.readings(of: Array(excerpt.utf8)) {
                #expect(secrets.isDisjoint(with: Self.pieces(of: text)), "\(excerpt)")
            }
        }
    }

    private static func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        bytes.indices.dropLast(7).map { Array(bytes[$0..<$0 + 8]) }
    }

    /// As it stands, without what stands between letters, and what numbers in it may spell.
    private static func readings(of bytes: [UInt8]) -> [[UInt8]] {
        let digits = bytes.filter(\.isHexDigit)
        let hexadecimal = [0, 1].map { start in
            stride(from: start, to: digits.count - 1, by: 2).compactMap { place -> UInt8? in
                guard let high = digits[place].hexValue, let low = digits[place + 1].hexValue else { return nil }
                return high << 4 | low
            }
        }
        let decimal = bytes.split { !$0.isDigit }.compactMap { UInt8(String(decoding: $0, as: UTF8.self)) }
        return [bytes, bytes.filter(\.isWord), decimal] + hexadecimal
    }
}

extension StreamScanner {
    func findings(in bytes: [UInt8], at offset: Int, own: Range<Int>) throws -> [Finding] {
        var found: [Finding] = []
        var next = 0
        begin(at: offset, ownStart: own.lowerBound)
        while true {
            next += read { output in
                for byte in bytes[next...].prefix(output.freeCapacity) { output.append(byte) }
            }
            let isEnd = next == bytes.count
            if isEnd || isFull { found += try scan(isEnd: isEnd, ownEnd: own.upperBound) }
            if isEnd { return found }
        }
    }
}
