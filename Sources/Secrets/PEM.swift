internal import COpenSSL

/// Keys out of PEM text.
enum PEM {
    /// The caller owns the key.
    static func read(_ text: Span<UInt8>, with reader: (OpaquePointer?) -> OpaquePointer?) -> OpaquePointer? {
        guard let length = Int32(exactly: text.count), length > 0 else { return nil }
        return unsafe text.withUnsafeBufferPointer { text in
            let bio = unsafe BIO_new_mem_buf(text.baseAddress, length)
            defer { unsafe BIO_free(bio) }
            return unsafe reader(bio)
        }
    }

    /// Passes the key through, or frees it.
    static func expectEd25519(_ key: OpaquePointer?, byteCount: Int) throws(SecretsError) -> OpaquePointer {
        if let key = unsafe key, unsafe EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 { return unsafe key }
        unsafe EVP_PKEY_free(key)
        ERR_clear_error()
        throw .malformedKey(byteCount: byteCount)
    }
}
