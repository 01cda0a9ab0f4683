/// Hexadecimal digits that spell printable text.
enum HexText {
    /// Every readable stretch of `run`; one that goes on in the lines behind it also with these. Gives up to where.
    static func each(in memory: ScanMemory, _ run: Range<Int>, _ body: (DecodedText) -> Void) -> Int {
        var start = run.lowerBound
        while run.upperBound - start >= 24 {
            let found = memory.firstHex(in: start..<run.upperBound)
            guard found < run.upperBound else { break }
            let (bytes, end) = decode(memory.text, found..<run.upperBound)
            if bytes.count >= 12 {
                body(
                    DecodedText(
                        bytes: bytes, places: .scaled(start: found, numerator: 2, denominator: 1), encoding: .hex))
                if end == run.upperBound, let (folded, done) = folded(memory.text, bytes, found, end) {
                    body(folded)
                    return done
                }
            }
            start = max(end, found + 1)
        }
        return run.lowerBound
    }

    private static func decode(_ text: ScanText, _ range: Range<Int>) -> (bytes: [UInt8], end: Int) {
        var bytes: [UInt8] = []
        var position = range.lowerBound
        while position + 2 <= range.upperBound, let byte = pair(text, position), byte.isPrintable {
            bytes.append(byte)
            position += 2
        }
        return (bytes, position)
    }

    /// `bytes`, which stand between `start` and the end of their line, and what the next lines add.
    private static func folded(
        _ text: ScanText, _ bytes: [UInt8], _ start: Int, _ end: Int
    ) -> (DecodedText, done: Int)? {
        var all = bytes
        var places = bytes.indices.map { start + 2 * $0 }
        let reached = FoldedLines.each(text, behind: end, { $0.isHexDigit }) { line in
            let (more, end) = decode(text, line)
            all += more
            places += more.indices.map { line.lowerBound + 2 * $0 }
            return end
        }
        guard let reached, all.count > bytes.count else { return nil }
        return (DecodedText(bytes: all, places: .table(places + [reached.end]), encoding: .hex), reached.done)
    }

    /// What Node prints of a buffer: `<Buffer 73 6b …>`, from its first digits on.
    static func nodeBuffer(_ text: ScanText, digitsAt start: Int) -> DecodedText? {
        var bytes: [UInt8] = []
        var position = start
        while let byte = pair(text, position) {
            bytes.append(byte)
            position += 2
            guard text[position] == UInt8(ascii: " ") else { break }
            position += 1
        }
        return bytes.isEmpty
            ? nil
            : DecodedText(
                bytes: bytes, places: .scaled(start: start, numerator: 3, denominator: 1), encoding: .nodeBuffer)
    }

    static func pair(_ text: ScanText, _ position: Int) -> UInt8? {
        guard let high = text[position].hexValue, let low = text[position + 1].hexValue else { return nil }
        return high << 4 | low
    }
}
