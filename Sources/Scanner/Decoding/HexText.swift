/// Hexadecimal digits that spell printable text.
enum HexText {
    static func each(in memory: ScanMemory, _ run: Range<Int>, _ body: (DecodedText) -> Void) {
        var start = run.lowerBound
        while run.upperBound - start >= 24 {
            let found = memory.firstHex(in: start..<run.upperBound)
            guard found < run.upperBound else { return }
            var bytes: [UInt8] = []
            var position = found
            while position + 2 <= run.upperBound, let byte = pair(memory.text, position), byte.isPrintable {
                bytes.append(byte)
                position += 2
            }
            if bytes.count >= 12 {
                body(
                    DecodedText(
                        bytes: bytes, places: .scaled(start: found, numerator: 2, denominator: 1), encoding: .hex))
            }
            start = max(position, found + 1)
        }
    }

    /// What Node prints of a buffer: `<Buffer 73 6b …>`.
    static func nodeBuffer(_ text: ScanText, at start: Int) -> DecodedText? {
        guard text.holds("<Buffer ", at: start) else { return nil }
        var bytes: [UInt8] = []
        var position = start + 8
        while let byte = pair(text, position) {
            bytes.append(byte)
            position += 2
            guard text[position] == UInt8(ascii: " ") else { break }
            position += 1
        }
        return DecodedText(
            bytes: bytes, places: .scaled(start: start + 8, numerator: 3, denominator: 1), encoding: .nodeBuffer)
    }

    static func pair(_ text: ScanText, _ position: Int) -> UInt8? {
        guard let high = text[position].hexValue, let low = text[position + 1].hexValue else { return nil }
        return high << 4 | low
    }
}
