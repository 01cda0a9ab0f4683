internal import COpenSSL

public enum HKDFSHA256 {
    /// RFC 5869 without a salt: for input that is uniformly random already, such as a master key.
    ///
    /// `info` keeps the uses of one key apart. At most 8,160 bytes.
    public static func derive(
        from key: borrowing SecretBytes, info: Span<UInt8>, byteCount: Int
    ) throws(SecretsError) -> SecretBytes {
        try SecretBytes(byteCount: byteCount) { output throws(SecretsError) in
            let result = key.withBytes { derive($0, info, &output) }
            try check(result, .keyDerivation)
        }
    }

    private static func derive(_ key: Span<UInt8>, _ info: Span<UInt8>, _ output: inout OutputSpan<UInt8>) -> Int32 {
        let function = unsafe EVP_KDF_fetch(nil, "HKDF", nil)
        defer { unsafe EVP_KDF_free(function) }
        let context = unsafe EVP_KDF_CTX_new(function)
        defer { unsafe EVP_KDF_CTX_free(context) }
        guard unsafe context != nil else { return 0 }
        return unsafe key.withUnsafeBufferPointer { key in
            unsafe info.withUnsafeBufferPointer { info in
                unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
                    let result = unsafe copenssl_hkdf_sha256(
                        context, key.baseAddress, key.count, info.baseAddress, info.count, buffer.baseAddress,
                        buffer.count)
                    filled = result == 1 ? buffer.count : 0
                    return result
                }
            }
        }
    }
}
