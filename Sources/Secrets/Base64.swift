/// Base64 of RFC 4648 section 4, strict: padded, no white space, no other alphabet, unused bits zero.
///
/// Works without tables and branches on the characters, so that neither cache nor
/// branch predictor learns the secret.
public enum Base64 {
    public static func decode(_ text: Span<UInt8>) throws(SecretsError) -> SecretBytes {
        guard text.count.isMultiple(of: 4) else { throw .malformedBase64(byteCount: text.count) }
        let padding = paddingCount(text)
        let byteCount = text.count / 4 * 3 - padding
        return try SecretBytes(byteCount: byteCount) { output throws(SecretsError) in
            guard decode(text, padding, into: &output) else { throw .malformedBase64(byteCount: text.count) }
        }
    }

    public static func encode(_ secret: borrowing SecretBytes) -> SecretBytes {
        secret.withBytes { encode($0) }
    }

    public static func encode(_ bytes: Span<UInt8>) -> SecretBytes {
        SecretBytes(byteCount: (bytes.count + 2) / 3 * 4) { output in
            for start in stride(from: 0, to: bytes.count, by: 3) {
                append(group: bytes.extracting(start..<min(start + 3, bytes.count)), to: &output)
            }
        }
    }

    private static let pad = UInt8(ascii: "=")

    private static func paddingCount(_ text: Span<UInt8>) -> Int {
        guard !text.isEmpty else { return 0 }
        let last = text[text.count - 1] == pad
        let beforeLast = text[text.count - 2] == pad
        return last ? (beforeLast ? 2 : 1) : 0
    }

    /// Reads to the end even when a character is wrong: where it stood must not show in the time.
    private static func decode(_ text: Span<UInt8>, _ padding: Int, into output: inout OutputSpan<UInt8>) -> Bool {
        var faults: Int32 = 0
        let characterCount = text.count - padding
        for start in stride(from: 0, to: text.count, by: 4) {
            var group: Int32 = 0
            for index in start..<start + 4 {
                let value = index < characterCount ? value(of: text[index]) : 0
                faults |= value
                group = group << 6 | (value & 63)
            }
            let kept = min(3, output.freeCapacity)
            for index in 0..<kept { output.append(UInt8(truncatingIfNeeded: group >> (16 - 8 * Int32(index)))) }
            let unused: Int32 = (1 << (8 * Int32(3 - kept))) - 1
            faults |= 0 &- (group & unused)
        }
        return faults >= 0
    }

    /// 0...63, or a negative number for a character outside the alphabet.
    private static func value(of character: UInt8) -> Int32 {
        let character = Int32(character)
        var value: Int32 = -1
        value += within(character, 0x41, 0x5A) & (character - 64)
        value += within(character, 0x61, 0x7A) & (character - 70)
        value += within(character, 0x30, 0x39) & (character + 5)
        value += within(character, 0x2B, 0x2B) & 63
        value += within(character, 0x2F, 0x2F) & 64
        return value
    }

    /// All ones when `low <= value <= high`, else zero.
    private static func within(_ value: Int32, _ low: Int32, _ high: Int32) -> Int32 {
        ((low - 1 - value) & (value - high - 1)) >> 31
    }

    private static func append(group bytes: Span<UInt8>, to output: inout OutputSpan<UInt8>) {
        var group: Int32 = 0
        for index in 0..<3 { group = group << 8 | (index < bytes.count ? Int32(bytes[index]) : 0) }
        for index in 0..<4 {
            let value = group >> (18 - 6 * Int32(index)) & 63
            output.append(index <= bytes.count ? character(for: value) : pad)
        }
    }

    private static func character(for value: Int32) -> UInt8 {
        var character = within(value, 0, 25) & (value + 65)
        character |= within(value, 26, 51) & (value + 71)
        character |= within(value, 52, 61) & (value - 4)
        character |= within(value, 62, 62) & 0x2B
        character |= within(value, 63, 63) & 0x2F
        return UInt8(truncatingIfNeeded: character)
    }
}
