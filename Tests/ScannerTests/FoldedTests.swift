import FoundationEssentials
import Providers
import ScanCorpus
import Testing

@testable import Scanner

/// Keys that nobody stored, so that only their form tells them: folded into lines, broken early, escaped twice.
struct FoldedTests {
    private func isFound(_ key: MadeUpKey, in text: String, at offset: Int? = nil) throws -> Bool {
        let scanner = try StreamScanner(StoredCorpus([]).rules)
        let found = try scanner.findings(in: Array(text.utf8))
        #expect(found.count < 2, "told more than once")
        return found.contains { finding in
            guard case .pattern(key.provider, _) = finding.kind else { return false }
            return finding.confidence == .high && finding.offset == offset ?? finding.offset
        }
    }

    private func folded(_ text: String, _ width: Int) -> String {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: width).map {
            String(decoding: bytes[$0..<min($0 + width, bytes.count)], as: UTF8.self)
        }.joined(separator: "\n")
    }

    private func keys(_ seed: UInt64) -> [MadeUpKey] {
        var random = CorpusRandom(seed: seed)
        return Provider.allCases.filter { $0 != .mistral }.flatMap { provider in
            (0..<10).map { _ in MadeUpKey(provider, &random) }
        }
    }

    @Test(arguments: [60, 64, 76], ["\n", "\r\n", #"\n"#])
    func `base64 and hexadecimal digits in lines are one text`(width: Int, lineEnd: String) throws {
        for (number, key) in keys(1).enumerated() {
            let before = String(repeating: "some text, ", count: number % 9)
            let text = Array("\(before)KEY=\(key.text)\nMODE=2\n".utf8)
            let digits = text.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            for encoded in [Data(text).base64EncodedString(), digits] {
                let lines = folded(encoded, width).split(separator: "\n").joined(separator: lineEnd)
                #expect(try isFound(key, in: "x=\"\n" + lines + lineEnd + "\"\n"), "\(key.prefix) \(number)")
                guard encoded.utf8.count > 2 * width, !encoded.hasSuffix("=") else { continue }
                #expect(try isFound(key, in: "x:\n" + lines + " and more\n"), "\(key.prefix) \(number)")
            }
        }
    }

    @Test func `base64 is text from any of its characters on`() throws {
        for key in keys(2) {
            for before in ["", "k\t", "ke\t", "key\t", "é", "key:\n", "\0"] {
                let text = Data((before + key.text + " ").utf8).base64EncodedString()
                // A byte begins in the character that has its first bit.
                let offset = 2 + before.utf8.count * 4 / 3
                #expect(try isFound(key, in: "x \(text)\n", at: offset), "\(key.prefix) \(before.utf8.count)")
            }
        }
    }

    @Test(arguments: [40, 64, 80])
    func `a key that is folded over several lines is one`(width: Int) throws {
        for key in keys(3) where key.text.utf8.count > 48 {
            #expect(try isFound(key, in: folded(key.text, width) + "\n2026-11-23 next\n"), "\(key.prefix)")
        }
    }

    @Test func `a form that proves itself may be broken anywhere`() throws {
        for key in keys(4) {
            let first = key.provider == .deepseek ? 5 : key.prefix.utf8.count + 4
            for length in [first, first + 3, first + 9] {
                let text = "\"\(key.text.prefix(length))\n\(key.text.dropFirst(length))\" next\n"
                #expect(try isFound(key, in: text), "\(key.prefix) \(length)")
            }
        }
    }

    @Test func `an escape around an escape is undone`() throws {
        func percent(_ text: String) -> String {
            text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        }
        func json(_ text: String) -> String {
            text.utf8.map { #"\u00"# + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        for key in keys(5) {
            let octets = key.text.utf8.map { String($0, radix: 16) }
            for text in [
                percent(percent(key.text)), json(json(key.text)), percent(json(key.text)),
                #"\u003cBuffer "# + octets.joined(separator: " ") + #"\u003e"#,
                "%3CBuffer%20" + octets.joined(separator: "%20") + "%3E",
            ] { #expect(try isFound(key, in: "{\"m\":\"\(text)\"}\n"), "\(key.prefix)") }
        }
    }

    @Test func `a stored fragment that a line end breaks is found wherever that is`() throws {
        var random = CorpusRandom(seed: 6)
        let stored = (0..<20).map { _ in MadeUpKey(.anthropic, &random) }
        let scanner = try StreamScanner(StoredCorpus(stored).rules)
        var looked = 0
        for key in stored {
            let body = key.text.dropFirst(40).prefix(20)
            guard body.contains(where: \.isUppercase), body.contains(where: \.isNumber) else { continue }
            looked += 1
            for length in 1..<20 {
                let text = "t \"\(body.prefix(length))\n\(body.dropFirst(length))\" z\n"
                #expect(try scanner.findings(in: Array(text.utf8)).count == 1, "\(length)")
            }
        }
        #expect(looked > 5)
    }

    @Test func `gzip text that is whole is whole, whatever stands behind it`() throws {
        let scanner = try StreamScanner(StoredCorpus([]).rules)
        let blob =
            [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 7, 0, 0, 0] + Array("nothing".utf8) + [0, 0, 0, 0, 0, 0, 0, 0]
        let text = Data(blob.map { UInt8($0) }).base64EncodedString()
        #expect(!text.hasSuffix("="))
        for whole in [text, text + "\n", "q=" + text] {
            _ = try scanner.findings(in: Array(whole.utf8))
            #expect(scanner.unread == [])
        }
    }
}
