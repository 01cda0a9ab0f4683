/// What may be shown of the place where something was found.
enum Excerpt {
    private static let context = 48
    /// Shorter words may be a key taken apart, longer ones a key that happens to look like prose.
    private static let shownLengths = 4...30

    static func masked(_ text: ScanText, around range: Range<Int>) -> String {
        let start = lineStart(text, before: range.lowerBound)
        let end = lineEnd(text, after: range.upperBound)
        let before = words(text, start..<range.lowerBound, gluedAtEnd: true)
        let behind = words(text, range.upperBound..<end, gluedAtStart: true)
        return before + "[" + "\(range.count) characters masked" + "]" + behind
    }

    private static func lineStart(_ text: ScanText, before position: Int) -> Int {
        var start = position
        while start > 0, position - start < context, text[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return start
    }

    private static func lineEnd(_ text: ScanText, after position: Int) -> Int {
        var end = position
        while end < text.count, end - position < context, text[end] != UInt8(ascii: "\n") { end += 1 }
        return end
    }

    /// Words that touch the finding or the end of what is looked at may be parts of something longer: masked, too. Where
    /// bytes stand that no text has, letters beside them may be a key in another encoding: nothing is shown.
    private static func words(
        _ text: ScanText, _ range: Range<Int>, gluedAtStart: Bool = false, gluedAtEnd: Bool = false
    ) -> String {
        guard range.allSatisfy({ text[$0].isPrintable || "\t\r\u{1b}".utf8.contains(text[$0]) }) else { return "..." }
        var shown = ""
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start
            while end < range.upperBound, belongs(text[end]) { end += 1 }
            if end > start {
                let isCut =
                    start == range.lowerBound && (gluedAtStart || belongs(text[start - 1]))
                    || end == range.upperBound && (gluedAtEnd || belongs(text[end]))
                shown += word(text.bytes(start..<end), isCut: isCut)
            } else {
                shown.append(text[start].isPrintable ? Character(Unicode.Scalar(text[start])) : ".")
                end += 1
            }
            start = end
        }
        return shown
    }

    private static func word(_ bytes: [UInt8], isCut: Bool) -> String {
        let isProse =
            bytes[0].isLetterOrDigit && !bytes[0].isDigit
            && bytes.dropFirst().allSatisfy { $0.isLower || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
        return isProse && !isCut && shownLengths.contains(bytes.count) ? String(decoding: bytes, as: UTF8.self) : "*"
    }

    private static func belongs(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "%")
            || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: ".")
    }
}
