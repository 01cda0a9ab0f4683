internal import Secrets

extension ScanKey {
    /// A name for a place where something was found: the same in every run with this key, and without
    /// the key no way to try candidates. 32 hexadecimal digits.
    public func mark(of parts: [[UInt8]]) -> String {
        var message = Array("byok/finding/v1".utf8)
        for part in parts {
            for shift in stride(from: 56, through: 0, by: -8) {
                message.append(UInt8(truncatingIfNeeded: UInt64(part.count) >> UInt64(shift)))
            }
            message += part
        }
        return SHA256.hex(HMACSHA256.code(of: message.span, key: textKey).span.extracting(first: 16))
    }
}
