/// Base64 that decodes to printable text, found in a run of its alphabet.
enum Base64Text {
    /// Every readable stretch of `run`. Both alphabets: text has no character that they write differently.
    static func each(in memory: ScanMemory, _ run: Range<Int>, _ body: (DecodedText) -> Void) {
        var start = run.lowerBound
        while run.upperBound - start >= 16 {
            let found = memory.firstBase64(in: start..<run.upperBound)
            guard found < run.upperBound else { return }
            let bytes = decode(memory.text, found..<run.upperBound)
            body(
                DecodedText(
                    bytes: bytes, places: .scaled(start: found, numerator: 4, denominator: 3), encoding: .base64))
            start = found + max(4, bytes.count / 3 * 4)
        }
    }

    /// As far as it is printable.
    private static func decode(_ text: ScanText, _ range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        var word: UInt32 = 0
        var bits = 0
        for position in range {
            guard let sextet = text[position].base64Value else { break }
            word = word << 6 | UInt32(sextet)
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            let byte = UInt8(truncatingIfNeeded: word >> UInt32(bits))
            guard byte.isPrintable || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else { break }
            bytes.append(byte)
        }
        return bytes
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
        if text.holds(#"\/"#, at: position) { return position + 1 }
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
