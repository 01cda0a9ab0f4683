internal import COpenSSL

/// A private Ed25519 key (RFC 8032), read from PKCS#8 PEM without a passphrase.
// OpenSSL's key is only read after it was made, and signing makes a context of its own.
@safe public struct Ed25519SigningKey: ~Copyable, @unchecked Sendable {
    private let key: OpaquePointer

    /// Throws ``SecretsError/malformedKey(byteCount:)`` for anything but one Ed25519 key,
    /// an encrypted one included: it never asks for a passphrase.
    public init(pem: borrowing SecretBytes) throws(SecretsError) {
        let found = unsafe pem.withBytes { pem in
            unsafe PEM.read(pem) { unsafe copenssl_read_private_key($0) }
        }
        unsafe key = try PEM.expectEd25519(found, byteCount: pem.byteCount)
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// 64 bytes, the same for the same message.
    public borrowing func sign(_ message: Span<UInt8>) throws(SecretsError) -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        try unsafe check(EVP_DigestSignInit(context, nil, nil, nil, key), .signing)
        return try [UInt8](capacity: Ed25519.signatureByteCount) { output throws(SecretsError) in
            let result = unsafe message.withUnsafeBufferPointer { message in
                unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
                    filled = buffer.count
                    return unsafe EVP_DigestSign(
                        context, buffer.baseAddress, &filled, message.baseAddress, message.count)
                }
            }
            try check(result, .signing)
        }
    }

    /// SubjectPublicKeyInfo in PEM, as `openssl pkey -pubin` reads it.
    public borrowing func publicKeyPEM() throws(SecretsError) -> String {
        let bio = unsafe BIO_new(BIO_s_mem())
        defer { unsafe BIO_free(bio) }
        try unsafe check(PEM_write_bio_PUBKEY(bio, key), .publicKeyExport)
        var start: UnsafeMutablePointer<CChar>?
        let length = unsafe copenssl_memory_of(bio, &start)
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: length)
        return unsafe String(decoding: bytes, as: UTF8.self)
    }
}

public enum Ed25519 {
    public static let signatureByteCount = 64

    /// Whether `signature` is that of `message` under the public key in `publicKeyPEM`.
    public static func isSignature(
        _ signature: Span<UInt8>, of message: Span<UInt8>, publicKeyPEM: String
    ) throws(SecretsError) -> Bool {
        let pem = Array(publicKeyPEM.utf8)
        let found = unsafe PEM.read(pem.span) { unsafe copenssl_read_public_key($0) }
        let key = try unsafe PEM.expectEd25519(found, byteCount: pem.count)
        defer { unsafe EVP_PKEY_free(key) }
        return unsafe isSignature(signature, of: message, key)
    }

    private static func isSignature(_ signature: Span<UInt8>, of message: Span<UInt8>, _ key: OpaquePointer) -> Bool {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        defer { ERR_clear_error() }
        guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
        return unsafe signature.withUnsafeBufferPointer { signature in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestVerify(
                    context, signature.baseAddress, signature.count, message.baseAddress, message.count) == 1
            }
        }
    }
}
