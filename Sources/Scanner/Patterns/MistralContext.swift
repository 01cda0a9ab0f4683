/// Whether what stands before 32 characters says that they are a Mistral key: they look like any other identifier.
enum MistralContext {
    private static let name = Array("mistral".utf8)
    private static let others = ["id", "trace", "request", "session", "span", "hash", "digest", "sum"].map {
        Array($0.utf8)
    }

    static func precedes(_ text: ScanText, _ position: Int) -> Bool {
        let line = [UInt8](lineBefore(text, position).reversed())
        guard let end = line.lastIndex(where: { !isFiller($0) }) else { return false }
        let filler = line[(end + 1)...]
        let words = line[...end].map { $0.isUpper ? $0 | 0x20 : $0 }
        if words.suffix(6).elementsEqual(Array("bearer".utf8)) { return contains(name, words[...]) }
        guard filler.contains(UInt8(ascii: "=")) || filler.contains(UInt8(ascii: ":")) else { return false }
        let labelStart = words.lastIndex { !($0.isWord || $0 == UInt8(ascii: ".")) }.map { $0 + 1 } ?? 0
        let label = words[labelStart...]
        let isKey = keyLabels.contains([UInt8](label.filter(\.isLower))) && contains(name, words[...])
        guard isKey || contains(name, label) else { return false }
        let parts = label.split { !$0.isLower }.map { [UInt8]($0) }
        return !parts.contains { others.contains($0) }
    }

    /// Labels that say "a key" where the provider is named earlier in the line.
    private static let keyLabels = [Array("key".utf8), Array("apikey".utf8), Array("xapikey".utf8)]

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

    private static func isFiller(_ byte: UInt8) -> Bool { " \t\"'`:=\\>[{(".utf8.contains(byte) }

    private static func contains(_ word: [UInt8], _ text: ArraySlice<UInt8>) -> Bool {
        guard text.count >= word.count else { return false }
        return (text.startIndex...text.endIndex - word.count).contains { start in
            text[start..<start + word.count].elementsEqual(word)
        }
    }
}
