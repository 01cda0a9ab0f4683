internal import COpenSSL

/// SHA-1, which RFC 9562 prescribes for UUIDs of version 5. It protects nothing.
public enum SHA1 {
    /// 20 bytes.
    public static func digest(of whole: Span<UInt8>) -> [UInt8] {
        [UInt8](capacity: 20) { output in
            let result = unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
                filled = 20
                return unsafe whole.withUnsafeBufferPointer { whole in
                    unsafe EVP_Digest(whole.baseAddress, whole.count, buffer.baseAddress, nil, EVP_sha1(), nil)
                }
            }
            precondition(result == 1, "OpenSSL has SHA-1")
        }
    }
}
