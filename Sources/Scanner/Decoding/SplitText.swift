internal import CScan

/// What stands right before and right behind a line end, put together.
enum SplitText {
    /// Longer than a key.
    private static let reach = 260
    /// Lines of a folded text are no shorter, and so many hold the longest key.
    private static let leastLine = 20, mostLines = 8

    /// `position` is the line end, or a carriage return before it, that the kernel says the next line may go on behind.
    /// Two lines; and where a key begins in the first and the second is nothing but a part, these and all behind it that are.
    static func each(_ memory: ScanMemory, at position: Int, _ body: (DecodedText) -> Void) {
        let text = memory.text
        guard let second = line(memory, behind: position) else { return }
        let start = max(position - reach, memory.run(of: .word, around: position - 1).lowerBound)
        guard isWorthwhile(memory, start..<position, second) else { return }
        let first = beginning(text, start, position, second)..<position
        body(decoded(text, first, [second]))
        guard second.count >= leastLine, first.contains(where: { Literal.isBeginning(text.word(at: $0)) }) else {
            return
        }
        var lines = [second]
        // All are as long as each other, the last perhaps shorter.
        while lines.count + 1 < mostLines, let last = lines.last, last.count == second.count,
            let next = line(memory, behind: last.upperBound), next.count <= second.count
        {
            lines.append(next)
        }
        if lines.count > 1 { body(decoded(text, first, lines)) }
    }

    /// What stands at the beginning of the line behind `end`, if a line ends there.
    private static func line(_ memory: ScanMemory, behind end: Int) -> Range<Int>? {
        let text = memory.text
        guard text[end] == UInt8(ascii: "\n") || text[end] == UInt8(ascii: "\r") else { return nil }
        var next = end + 1
        if text[end] == UInt8(ascii: "\r"), text[next] == UInt8(ascii: "\n") { next += 1 }
        while next - end < 64, text[next] == UInt8(ascii: " ") || text[next] == UInt8(ascii: "\t") { next += 1 }
        let upper = min(next + reach, memory.run(of: .word, around: next).upperBound)
        return upper > next ? next..<upper : nil
    }

    /// Where to begin for a word that begins at `start`: a dot is no part of it, and a Mistral key is one only behind its
    /// name.
    private static func beginning(_ text: ScanText, _ start: Int, _ end: Int, _ next: Range<Int>) -> Int {
        if text.holds("AQ.", at: start - 3) { return start - 3 }
        var first = end, behind = next.lowerBound
        while first > start, end - first < 32, text[first - 1].isLetterOrDigit { first -= 1 }
        while behind < next.upperBound, behind - next.lowerBound < 32, text[behind].isLetterOrDigit { behind += 1 }
        guard end - first + behind - next.lowerBound == 32 else { return start }
        var line = start
        while line > 0, start - line < ReadableLine.reach, text[line - 1] != UInt8(ascii: "\n") { line -= 1 }
        return line
    }

    private static func decoded(_ text: ScanText, _ first: Range<Int>, _ lines: [Range<Int>]) -> DecodedText {
        var bytes = text.bytes(first)
        for line in lines { bytes += text.bytes(line) }
        return DecodedText(bytes: bytes, places: .parts([first] + lines), encoding: .splitLine, joint: first.count)
    }

    private static func isWorthwhile(_ memory: ScanMemory, _ one: Range<Int>, _ other: Range<Int>) -> Bool {
        guard one.count + other.count >= 20 else { return false }
        let first = memory.tally(one), second = memory.tally(other)
        return first.capitals + second.capitals > 0 && first.small + second.small > 0 || first.hex + second.hex >= 24
    }
}
