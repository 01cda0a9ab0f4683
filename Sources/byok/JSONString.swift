/// One JSON string inside a line, its quotes left out.
struct JSONString: Equatable {
    let range: Range<Int>
    let hasEscapes: Bool

    /// Sends the decoded bytes to `take`, one by one.
    func decode(_ line: Span<UInt8>, _ take: (UInt8) -> Void) throws(ImportFault) {
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = line[position]
            position &+= 1
            guard byte == UInt8(ascii: "\\") else {
                take(byte)
                continue
            }
            try Self.escape(line, &position, range.upperBound, take)
        }
    }

    private static func escape(
        _ line: Span<UInt8>, _ position: inout Int, _ end: Int, _ take: (UInt8) -> Void
    ) throws(ImportFault) {
        guard position < end else { throw ImportFault(.notJSON) }
        let letter = line[position]
        position &+= 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): take(letter)
        case UInt8(ascii: "b"): take(0x08)
        case UInt8(ascii: "f"): take(0x0C)
        case UInt8(ascii: "n"): take(0x0A)
        case UInt8(ascii: "r"): take(0x0D)
        case UInt8(ascii: "t"): take(0x09)
        case UInt8(ascii: "u"): try scalar(line, &position, end, take)
        default: throw ImportFault(.notJSON)
        }
    }

    /// Four digits, or twice four where the first are half of a pair.
    private static func scalar(
        _ line: Span<UInt8>, _ position: inout Int, _ end: Int, _ take: (UInt8) -> Void
    ) throws(ImportFault) {
        var value = try hexadecimal(line, &position, end)
        if value & 0xFC00 == 0xD800 {
            guard position &+ 1 < end, line[position] == UInt8(ascii: "\\"), line[position &+ 1] == UInt8(ascii: "u")
            else { throw ImportFault(.notJSON) }
            position &+= 2
            let low = try hexadecimal(line, &position, end)
            guard low & 0xFC00 == 0xDC00 else { throw ImportFault(.notJSON) }
            value = 0x10000 &+ (value & 0x3FF) << 10 &+ low & 0x3FF
        }
        guard let scalar = Unicode.Scalar(value) else { throw ImportFault(.notJSON) }
        for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { take(unit) }
    }

    private static func hexadecimal(
        _ line: Span<UInt8>, _ position: inout Int, _ end: Int
    ) throws(ImportFault) -> UInt32 {
        guard position &+ 4 <= end else { throw ImportFault(.notJSON) }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = HexDigit.value(line[position]) else { throw ImportFault(.notJSON) }
            value = value << 4 | UInt32(digit)
            position &+= 1
        }
        return value
    }
}

enum HexDigit {
    static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }
}
