/// What stands before a place in its line, as a person reads it: escapes undone, without colours, in small letters and as it
/// was.
struct ReadableLine {
    /// Bytes of the line that are looked at.
    static let reach = 160
    /// Bytes before the line in which another is looked for that it belongs to.
    static let parentReach = 1_024

    let bytes: [UInt8]
    let small: [UInt8]
    private let text: ScanText
    private let position: Int

    init(_ text: ScanText, before position: Int) {
        var start = position
        while start > 0, position - start < Self.reach, text[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        bytes = Self.readable(text.bytes(start..<position))
        small = bytes.map { $0.isUpper ? $0 | 0x20 : $0 }
        self.text = text
        self.position = position
    }

    func contains(_ word: [UInt8]) -> Bool { small.holds(word) }

    /// Whether `word` stands a little before, in whatever line.
    func follows(_ word: [UInt8]) -> Bool { text.bytes(max(0, position - Self.parentReach)..<position).holds(word) }

    /// In small letters, the line that this one belongs to: the last `[section]`, or one that is indented less and ends in
    /// `:` or `{`.
    var parent: [UInt8]? {
        let earlier = text.bytes(max(0, position - Self.parentReach)..<position)
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let own = earlier.last.map(Self.indent) else { return nil }
        // Of the first, the beginning may be missing.
        let whole = earlier.dropLast().dropFirst(position > Self.parentReach ? 1 : 0)
        for line in whole.reversed() where !line.allSatisfy({ $0 <= 0x20 }) {
            let isSection = Self.isSection(line)
            guard isSection || Self.indent(line) < own else { continue }
            let last = line.last { $0 > 0x20 } ?? 0
            return isSection || ":{".utf8.contains(last) ? line.map { $0.isUpper ? $0 | 0x20 : $0 } : nil
        }
        return nil
    }

    /// `[mistral]` and nothing else: much that is logged begins with a bracket.
    private static func isSection(_ line: ArraySlice<UInt8>) -> Bool {
        let name = line.reversed().drop { $0 <= 0x20 }.reversed()
        guard name.first == UInt8(ascii: "["), name.last == UInt8(ascii: "]") else { return false }
        return name.allSatisfy { $0.isWord || ".\"'[]".utf8.contains($0) }
    }

    private static let quotes = ["&quot;", "&apos;", "&#34;", "&#39;"]

    private static func indent(_ line: ArraySlice<UInt8>) -> Int { line.prefix { $0 == 0x20 || $0 == 0x09 }.count }

    private static func readable(_ line: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var place = 0
        while place < line.count {
            let (byte, length) = character(line[place...])
            place += length
            if byte == 0x1B { place += controlLength(line[place...]) } else { result.append(byte) }
        }
        return result
    }

    /// The first character, and how many bytes it is written in.
    private static func character(_ rest: ArraySlice<UInt8>) -> (UInt8, Int) {
        let first = rest[rest.startIndex]
        func value(_ prefix: String) -> UInt8? {
            let digits = rest.dropFirst(prefix.utf8.count).prefix(2)
            guard rest.starts(with: prefix.utf8), digits.count == 2, let high = digits.first?.hexValue,
                let low = digits.last?.hexValue
            else { return nil }
            return high << 4 | low
        }
        if first == UInt8(ascii: "%"), let byte = value("%") { return (byte, 3) }
        if first == UInt8(ascii: "&"), let quote = quotes.first(where: { rest.starts(with: $0.utf8) }) {
            return (UInt8(ascii: "\""), quote.utf8.count)
        }
        guard first == UInt8(ascii: "\\") else { return (first, 1) }
        if let byte = value("\\u00") { return (byte, 6) }
        if let byte = value("\\x") { return (byte, 4) }
        if rest.starts(with: "\\033".utf8) { return (0x1B, 4) }
        return rest.starts(with: "\\e[".utf8) ? (0x1B, 2) : (first, 1)
    }

    /// Of `[32m` and the like.
    private static func controlLength(_ rest: ArraySlice<UInt8>) -> Int {
        guard rest.first == UInt8(ascii: "[") else { return 0 }
        let parameters = rest.dropFirst().prefix { $0.isDigit || $0 == UInt8(ascii: ";") }
        return min(rest.count, parameters.count + 2)
    }
}

extension Collection<UInt8> {
    func holds(_ word: [UInt8]) -> Bool {
        var rest = self[...]
        while let start = rest.firstIndex(of: word[0]) {
            rest = rest[start...]
            if rest.starts(with: word) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
