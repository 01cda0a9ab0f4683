/// Whether what stands before 32 characters says that they are a Mistral key: they look like any other identifier.
enum MistralContext {
    private static let name = Array("mistral".utf8)
    /// A label says "a key" by one of these words; `key` alone only where the line names the provider as one.
    private static let words = ["apikey", "token", "secret", "credential", "auth", "authorization"].map {
        Array($0.utf8)
    }
    private static let others = [
        "id", "trace", "request", "session", "span", "hash", "digest", "sum", "checksum", "etag", "cache", "entry",
    ].map { Array($0.utf8) }

    static func precedes(_ text: ScanText, _ position: Int) -> Bool {
        let line = withoutColour([UInt8](lineBefore(text, position).reversed()))
        guard let end = line.lastIndex(where: { !isFiller($0) }) else { return false }
        let filler = line[(end + 1)...]
        let small = line[...end].map { $0.isUpper ? $0 | 0x20 : $0 }
        if small.suffix(6).elementsEqual(Array("bearer".utf8)) { return contains(name, small[...]) }
        guard filler.contains(UInt8(ascii: "=")) || filler.contains(UInt8(ascii: ":")) else { return false }
        let start = line[...end].lastIndex { !($0.isWord || $0 == UInt8(ascii: ".")) }.map { $0 + 1 } ?? 0
        // Empty where something like a bracket stands there.
        return isKey(parts(of: line[start..<end + 1]), named: contains(name, small[start...]), small)
    }

    private static func isKey(_ parts: [[UInt8]], named: Bool, _ line: [UInt8]) -> Bool {
        guard !parts.contains(where: others.contains) else { return false }
        let rest = parts.filter { !$0.starts(with: name) && $0 != Array("ai".utf8) }
        let isLabelled =
            words.contains { rest.contains($0) } || rest.suffix(2) == [Array("api".utf8), Array("key".utf8)]
        if named { return rest.isEmpty || isLabelled || rest.contains(Array("key".utf8)) }
        guard contains(name, line[...]) else { return false }
        return isLabelled || rest == [Array("key".utf8)] && contains(Array("provider".utf8), line[...])
    }

    /// `mistralApiKey` and `MISTRAL_API_KEY` are three words each.
    private static func parts(of label: ArraySlice<UInt8>) -> [[UInt8]] {
        var parts: [[UInt8]] = [[]]
        var wasLower = false
        for byte in label {
            if byte.isUpper && wasLower || !byte.isLetterOrDigit || byte.isDigit { parts.append([]) }
            wasLower = byte.isLower
            if byte.isUpper || byte.isLower { parts[parts.count - 1].append(byte | 0x20) }
        }
        return parts.filter { !$0.isEmpty }
    }

    /// The last 120 bytes of the line, backwards.
    private static func lineBefore(_ text: ScanText, _ position: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var place = position - 1
        while place >= 0, bytes.count < 120, text[place] != UInt8(ascii: "\n") {
            bytes.append(text[place])
            place -= 1
        }
        return bytes
    }

    /// `ESC [ 32 m` right before the key, the escape as it is or written as `\u001b`.
    private static func withoutColour(_ line: [UInt8]) -> [UInt8] {
        guard line.last == UInt8(ascii: "m"), let open = line.lastIndex(of: UInt8(ascii: "[")),
            line[(open + 1)...].dropLast().allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ";") })
        else { return line }
        let before = line[..<open]
        for escape in ["\u{1b}", #"\u001b"#, #"\u001B"#, #"\x1b"#, #"\033"#]
        where before.suffix(escape.utf8.count).elementsEqual(escape.utf8) {
            return Array(before.dropLast(escape.utf8.count))
        }
        return line
    }

    private static func isFiller(_ byte: UInt8) -> Bool { " \t\"'`:=\\>[{(".utf8.contains(byte) }

    private static func contains(_ word: [UInt8], _ text: ArraySlice<UInt8>) -> Bool {
        guard text.count >= word.count else { return false }
        return (text.startIndex...text.endIndex - word.count).contains { start in
            text[start..<start + word.count].elementsEqual(word)
        }
    }
}
