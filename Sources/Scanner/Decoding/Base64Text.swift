/// Base64 that decodes to printable text, found in a run of its alphabet.
enum Base64Text {
    /// Every readable stretch of `run`; one that goes on in the lines behind it also with these. Gives up to where.
    /// Both alphabets: text has no character that they write differently.
    static func each(in memory: ScanMemory, _ run: Range<Int>, _ body: (DecodedText) -> Void) -> Int {
        let text = memory.text
        var start = run.lowerBound
        while run.upperBound - start >= 16 {
            let found = memory.firstBase64(in: start..<run.upperBound)
            guard found < run.upperBound else { break }
            let ahead = tail(text, found - 4)
            // From where quads are counted, and how much of the first is no text.
            let first = ahead.isEmpty ? found : found - 4
            let skipped = ahead.isEmpty ? 0 : 3 - ahead.count
            var reading = Reading(bytes: ahead)
            let end = reading.read(text, found..<run.upperBound)
            body(
                DecodedText(
                    bytes: reading.bytes,
                    places: .scaled(start: first, skipped: skipped, numerator: 4, denominator: 3), encoding: .base64))
            if end == run.upperBound, let (folded, done) = folded(text, reading, first, skipped, end) {
                body(folded)
                return done
            }
            start = found + max(4, (reading.bytes.count - ahead.count) / 3 * 4)
        }
        return run.lowerBound
    }

    /// What is printable at the end of the four characters at `start`: what follows may have begun there.
    private static func tail(_ text: ScanText, _ start: Int) -> [UInt8] {
        var reading = Reading()
        guard start >= 0, (start..<start + 4).allSatisfy({ text[$0].base64Value != nil }) else { return [] }
        for position in start..<start + 4 { reading.take(text[position].base64Value ?? 0) }
        return Array(reading.bytes.reversed().prefix { $0.isPrintable }.reversed())
    }

    /// What was read of a line between `start` and its end, and what the next lines add.
    private static func folded(
        _ text: ScanText, _ line: Reading, _ start: Int, _ skipped: Int, _ end: Int
    ) -> (DecodedText, done: Int)? {
        var reading = line
        var places = line.bytes.indices.map { start + (skipped + $0) * 4 / 3 }
        let reached = FoldedLines.each(text, behind: end, { $0.base64Value != nil }) { next in
            let count = reading.bytes.count
            let end = reading.read(text, next)
            places += (0..<reading.bytes.count - count).map { next.lowerBound + $0 * 4 / 3 }
            return end
        }
        guard let reached, reading.bytes.count > line.bytes.count else { return nil }
        return (
            DecodedText(bytes: reading.bytes, places: .table(places + [reached.end]), encoding: .base64), reached.done
        )
    }

    private struct Reading {
        var bytes: [UInt8] = []
        private var word: UInt32 = 0
        private var bits = 0

        init(bytes: [UInt8] = []) { self.bytes = bytes }

        /// Whether a byte is complete, which is the last of `bytes` then.
        @discardableResult
        mutating func take(_ sextet: UInt8) -> Bool {
            word = word << 6 | UInt32(sextet)
            bits += 6
            guard bits >= 8 else { return false }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
            return true
        }

        /// As far as it is text. Gives where that ends.
        mutating func read(_ text: ScanText, _ range: Range<Int>) -> Int {
            for position in range {
                guard let sextet = text[position].base64Value else { return position }
                if take(sextet), let byte = bytes.last,
                    !byte.isPrintable, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r")
                {
                    bytes.removeLast()
                    return position
                }
            }
            return range.upperBound
        }
    }

    /// All of it, whatever it decodes to, up to `limit` bytes. Passed over is what tools put between: line ends, also
    /// escaped ones, with blanks behind, and the backslash that some put before a `/`.
    static func decodeBinary(_ text: ScanText, from start: Int, limit: Int) -> (bytes: [UInt8], end: Int) {
        var bytes: [UInt8] = []
        var word: UInt32 = 0
        var bits = 0
        var position = start
        while position < text.count, bytes.count < limit {
            guard let sextet = text[position].base64Value else {
                let next = behindWrap(text, position)
                guard next > position, text[next].base64Value != nil else { break }
                position = next
                continue
            }
            word = word << 6 | UInt32(sextet)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
            }
            position += 1
        }
        return (bytes, position)
    }

    /// `position` where nothing is to be passed over.
    private static func behindWrap(_ text: ScanText, _ position: Int) -> Int {
        text.holds(#"\/"#, at: position) ? position + 1 : FoldedLines.behindLineEnd(text, position)
    }
}

extension UInt8 {
    var isPrintable: Bool { self >= 0x20 && self < 0x7F }

    var base64Value: UInt8? {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): self - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): self - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
