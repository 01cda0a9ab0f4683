internal import COpenSSL

public enum HMACSHA256 {
    public static let byteCount = 32

    /// 32 bytes (RFC 2104). A key of any length, an empty message too.
    public static func code(of message: Span<UInt8>, key: borrowing SecretBytes) -> [UInt8] {
        key.withBytes { key in
            [UInt8](capacity: byteCount) { output in
                unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
                    unsafe write(message, key, buffer.baseAddress)
                    filled = byteCount
                }
            }
        }
    }

    /// Compares in constant time.
    public static func isCode(_ code: Span<UInt8>, of message: Span<UInt8>, key: borrowing SecretBytes) -> Bool {
        ConstantTime.equal(Self.code(of: message, key: key).span, code)
    }

    private static func write(_ message: Span<UInt8>, _ key: Span<UInt8>, _ output: UnsafeMutablePointer<UInt8>?) {
        let result = unsafe key.withUnsafeBufferPointer { key in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_Q_mac(
                    nil, "HMAC", nil, "SHA256", nil, key.baseAddress, key.count, message.baseAddress, message.count,
                    output, byteCount, nil)
            }
        }
        precondition(unsafe result != nil, "OpenSSL has HMAC-SHA-256")
    }
}
