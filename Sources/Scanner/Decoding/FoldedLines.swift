/// Lines of one encoded text, as tools fold it: nothing but its characters between two line ends.
enum FoldedLines {
    /// Has `read` read the lines behind `start`, each as far as it is text. Gives where that ended and, as the last may hold
    /// something else behind it, from where on to look again; nil where there are none.
    static func each(
        _ text: ScanText, behind start: Int, _ belongs: (UInt8) -> Bool, _ read: (Range<Int>) -> Int
    ) -> (end: Int, done: Int)? {
        var end = start, done = start
        var isKnown = false
        while let line = next(text, behind: end, isKnown: isKnown, belongs) {
            isKnown = true
            end = read(line)
            done = end == line.upperBound ? end : line.lowerBound
            guard done == end else { break }
        }
        return isKnown ? (end, done) : nil
    }

    /// The line behind the one that ends at `end`, if it is one of these; once they are known to be lines of one text, also
    /// one with something else behind it, which is the last.
    private static func next(
        _ text: ScanText, behind end: Int, isKnown: Bool, _ belongs: (UInt8) -> Bool
    ) -> Range<Int>? {
        let start = behindLineEnd(text, end)
        guard start > end else { return nil }
        var position = start
        while position < text.count, belongs(text[position]) { position += 1 }
        guard position > start else { return nil }
        if isKnown { return start..<position }
        var behind = position
        while behind - position < 2, text[behind] == UInt8(ascii: "=") { behind += 1 }
        return behind >= text.count || "\r\n\\\"'".utf8.contains(text[behind]) ? start..<position : nil
    }

    /// Behind a line end, also an escaped one, and the blanks behind it; `position` where there is none.
    static func behindLineEnd(_ text: ScanText, _ position: Int) -> Int {
        var next = position
        if text.holds(#"\r\n"#, at: next) {
            next += 4
        } else if text.holds(#"\n"#, at: next) {
            next += 2
        } else {
            while text[next] == UInt8(ascii: "\r") || text[next] == UInt8(ascii: "\n") { next += 1 }
        }
        guard next > position else { return position }
        while next - position < 64, text[next] == UInt8(ascii: " ") || text[next] == UInt8(ascii: "\t") { next += 1 }
        return next
    }
}
