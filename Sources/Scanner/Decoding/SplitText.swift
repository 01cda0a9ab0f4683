/// What stands right before and right behind a line end, put together.
enum SplitText {
    /// Longer than a key.
    private static let reach = 260

    /// `position` is the line end, or a carriage return before it, that the kernel says the next line may go on behind.
    static func decode(_ memory: ScanMemory, at position: Int) -> DecodedText? {
        let text = memory.text
        var next = position + 1
        if text[position] == UInt8(ascii: "\r") { next += 1 }
        while next - position < 64, text[next] == UInt8(ascii: " ") || text[next] == UInt8(ascii: "\t") { next += 1 }
        let start = max(position - reach, memory.run(of: .word, around: position - 1).lowerBound)
        let end = min(next + reach, memory.run(of: .word, around: next).upperBound)
        guard end > next, position - start + end - next >= 20 else { return nil }
        let bytes = text.bytes(start..<position) + text.bytes(next..<end)
        guard isWorthwhile(bytes) else { return nil }
        let places = Array(start..<position) + Array(next...end)
        return DecodedText(bytes: bytes, places: .table(places), encoding: .splitLine, joint: position - start)
    }

    private static func isWorthwhile(_ bytes: [UInt8]) -> Bool {
        bytes.contains(where: \.isUpper) && bytes.contains(where: \.isLower) || bytes.count(where: \.isHexDigit) >= 24
    }
}
