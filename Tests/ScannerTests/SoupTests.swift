import Fingerprints
import ScanCorpus
import Testing

@testable import Scanner

/// A scan that dies on a line of a log looks at none behind it.
struct SoupTests {
    /// What keys are made of, and what stands around them, in any order and nested.
    private struct Soup {
        var random: CorpusRandom

        private static let beginnings = [
            "sk-ant-api03-", "sk-ant-", "sk-admin-", "sk-proj-", "sk-svcacct-", "sk-", "AIza", "AIzaSy", "AQ.Ab8R",
            "AQ.Ab8RN6", "gsk_", "H4sI", "H4sIAAAA", "<Buffer 73 6b", "T3BlbkFJ", "WGdyb3FY", "mistral",
            "MISTRAL_API_KEY", "Bearer ", "bearer ", "provider", "key", "apiKey", "token", "id",
        ]
        private static let around = [
            "(", ")", "[", "]", "{", "}", "<", ">", "=", ":", ";", ",", ".", "'", "\"", "`", "\\", "/", "|", "@", "%",
            "&", " ", "\t", "\n", "\r\n", "\r", "\0", "\\n", "\\u001b[32m", "\u{1b}[32m", "[32m", "%20", "%2520",
            "\\x1b", "\\u0041", "\\u00", "%4", "=3D", "é", "\u{202e}", "\n    ",
        ]

        mutating func text(depth: Int = 0) -> [UInt8] {
            var bytes: [UInt8] = []
            for _ in 0...random.below(10) {
                switch random.below(8) {
                case 0, 1: bytes += Array(random.pick(Self.around).utf8)
                case 2, 3: bytes += Array(random.pick(Self.beginnings).utf8)
                case 4, 5: bytes += body()
                case 6 where depth < 3: bytes += encoded(text(depth: depth + 1))
                default: bytes.append(UInt8(random.below(256)))
                }
            }
            return bytes
        }

        private mutating func body() -> [UInt8] {
            let count = random.pick([7, 8, 16, 20, 24, 32, 32, 35, 40, 52, 95, 200])
            let text = random.pick([random.base64URL(count), random.hex(count), random.text("aB3", count)])
            return Array(text.utf8)
        }

        private mutating func encoded(_ bytes: [UInt8]) -> [UInt8] {
            let digits = bytes.map { byte in Array((byte < 16 ? "0" : "").utf8) + Array(String(byte, radix: 16).utf8) }
            switch random.below(5) {
            case 0: return Array(digits.joined())
            case 1: return Array(digits.map { Array("%".utf8) + $0 }.joined())
            case 2: return Array(digits.map { Array("\\u00".utf8) + $0 }.joined())
            case 3: return bytes.flatMap { [$0, 0] }
            default: return Array("<Buffer ".utf8) + Array(digits.joined(separator: [32])) + Array(">".utf8)
            }
        }
    }

    @Test(arguments: 1...8) func `no text ends a scan`(_ seed: UInt64) throws {
        var soup = Soup(random: CorpusRandom(seed: seed))
        let scanner = try StreamScanner(StoredCorpus([]).rules)
        var bytes: [UInt8] = []
        while bytes.count < 700_000 { bytes += soup.text() }
        #expect(try !scanner.findings(in: bytes).isEmpty)
    }

    @Test(arguments: ["f(x)=", "request[id]: ", "é: ", "(): ", "\"}=\"", "mistral(key)=", ")'=", "\u{1b}[32m: "])
    func `32 characters behind a sign are no key and end no scan`(_ before: String) throws {
        var random = CorpusRandom(seed: 3)
        let scanner = try StreamScanner(StoredCorpus([]).rules)
        for _ in 0..<20 {
            let line = before + random.text("abcdefghijkABCDEFGHIJK0123456789", 32) + "\n"
            #expect(try scanner.findings(in: Array(line.utf8)).isEmpty, "\(before)")
        }
    }
}
