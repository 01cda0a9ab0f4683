/// Whether a body is made up: an example in a text, a mask, a word.
enum Placeholder {
    /// Samples from the providers' own pages.
    private static let published: Set<[UInt8]> = [
        Array("SyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe".utf8), Array("SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY".utf8),
        Array("SyBdVl-cTICSwYKrZ95SuvNw7dbMuDt1KG0".utf8),
    ]

    private static let words: [[UInt8]] = [
        "example", "placeholder", "your", "dummy", "redact", "sample", "changeme", "insert", "replace", "xxxx", "fake",
        "secret", "token", "apikey", "api-key", "api_key", "here", "mask", "hidden", "abc123", "test-", "test_",
    ].map { Array($0.utf8) }

    /// `body` is what follows the public prefix.
    static func matches(_ body: [UInt8]) -> Bool {
        if published.contains(body) { return true }
        return isMonotonous(body) || isWordy(body) || hasWord(body)
    }

    /// Few different characters, one character four times in a row, or the alphabet.
    static func isMonotonous(_ body: [UInt8]) -> Bool {
        let looked = body.prefix(40)
        let different = Set(looked).count
        if different < min(8, (looked.count + 1) / 2 + 1) { return true }
        // Sixteen digits repeat themselves more often than 64 characters.
        let longestRepeat = body.allSatisfy(\.isLowerHexDigit) ? 6 : 4
        var same = 1, rising = 1
        for (one, next) in zip(body, body.dropFirst()) {
            same = one == next ? same + 1 : 1
            rising = next == one &+ 1 || one == UInt8(ascii: "9") && next | 0x20 == UInt8(ascii: "a") ? rising + 1 : 1
            if same >= longestRepeat || rising >= 6 { return true }
        }
        return false
    }

    /// Words with hyphens between them, or in camel case: no digit, and capitals only where a word begins.
    private static func isWordy(_ body: [UInt8]) -> Bool {
        guard !body.contains(where: \.isDigit) else { return false }
        var wasLower = false
        var run = 0
        for byte in body {
            if byte.isUpper {
                if run == 1 { return false }
                run = 1
            } else if byte.isLower {
                if run > 0 { run += 1 }
                wasLower = true
            } else {
                run = 0
            }
        }
        let capitals = body.count(where: \.isUpper)
        return wasLower && (capitals == 0 || body.count >= 12 && capitals * 6 <= body.count)
    }

    private static func hasWord(_ body: [UInt8]) -> Bool {
        let small = body.map { $0.isUpper ? $0 | 0x20 : $0 }
        return words.contains { word in
            small.count >= word.count
                && small.indices.dropLast(word.count - 1).contains { start in
                    small[start..<start + word.count].elementsEqual(word)
                }
        }
    }
}
