internal import COpenSSL

/// AES-256 in Galois/counter mode under one key, 12-byte nonces, 16-byte tags
/// (NIST SP 800-38D). Keeps one context a direction, so that a message costs no key schedule.
// Noncopyable and used through `mutating` only: one thread at a time holds it.
public struct AES256GCM: ~Copyable, @unchecked Sendable {
    public static let keyByteCount = 32
    public static let tagByteCount = 16

    private let encryptor: CipherContext
    private let decryptor: CipherContext

    public init(key: borrowing SecretBytes) throws(SecretsError) {
        guard key.byteCount == Self.keyByteCount else {
            throw .wrongKeyLength(expected: Self.keyByteCount, actual: key.byteCount)
        }
        let encryptor = try unsafe CipherContext(EVP_aes_256_gcm(), key: key, .encrypt)
        let decryptor = try unsafe CipherContext(EVP_aes_256_gcm(), key: key, .decrypt)
        self.encryptor = encryptor
        self.decryptor = decryptor
    }

    /// Ciphertext, then tag: 16 bytes more than the plaintext.
    public mutating func seal(
        _ plaintext: Span<UInt8>, nonce: Nonce, additionalData: Span<UInt8>
    ) throws(SecretsError) -> [UInt8] {
        try [UInt8](capacity: plaintext.count + Self.tagByteCount) { output throws(SecretsError) in
            try seal(plaintext, nonce: nonce, additionalData: additionalData, into: &output)
        }
    }

    /// Appends ciphertext and tag to `output`, which must have room for both.
    public mutating func seal(
        _ plaintext: Span<UInt8>, nonce: Nonce, additionalData: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(SecretsError) {
        try encryptor.start(nonce)
        try encryptor.authenticate(additionalData)
        try encryptor.transform(plaintext, into: &output)
        guard encryptor.finish() else { throw .libraryFailure(.encryption, code: ErrorQueue.drain()) }
        try appendTag(to: &output)
    }

    /// Takes ciphertext and tag as ``seal(_:nonce:additionalData:)`` made them.
    ///
    /// The plaintext is written on the secure heap and erased there when the tag does not hold.
    public mutating func open(
        _ ciphertextAndTag: Span<UInt8>, nonce: Nonce, additionalData: Span<UInt8>
    ) throws(SecretsError) -> SecretBytes {
        let length = try Self.plaintextLength(ciphertextAndTag)
        return try SecretBytes(byteCount: length) { output throws(SecretsError) in
            try open(ciphertextAndTag, nonce: nonce, additionalData: additionalData, into: &output)
        }
    }

    /// Appends the plaintext to `output`, which must have room for it and lie where secrets may; when this throws,
    /// what was appended is unproved and to be erased.
    public mutating func open(
        _ ciphertextAndTag: Span<UInt8>, nonce: Nonce, additionalData: Span<UInt8>,
        into output: inout OutputSpan<UInt8>
    ) throws(SecretsError) {
        let length = try Self.plaintextLength(ciphertextAndTag)
        try decryptor.start(nonce)
        try decryptor.authenticate(additionalData)
        try decryptor.transform(ciphertextAndTag.extracting(..<length), into: &output)
        try expectTag(ciphertextAndTag.extracting(length...))
    }

    private static func plaintextLength(_ ciphertextAndTag: Span<UInt8>) throws(SecretsError) -> Int {
        let (length, isTooShort) = ciphertextAndTag.count.subtractingReportingOverflow(tagByteCount)
        guard !isTooShort, length >= 0 else { throw .messageTooShort(byteCount: ciphertextAndTag.count) }
        return length
    }

    private func appendTag(to output: inout OutputSpan<UInt8>) throws(SecretsError) {
        precondition(output.freeCapacity >= Self.tagByteCount, "the output holds the tag")
        let result = unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
            let start = unsafe buffer.baseAddress?.advanced(by: filled)
            filled += Self.tagByteCount
            return unsafe EVP_CIPHER_CTX_ctrl(
                encryptor.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagByteCount), start)
        }
        try check(result, .encryption)
    }

    private func expectTag(_ tag: Span<UInt8>) throws(SecretsError) {
        let result = unsafe tag.withUnsafeBufferPointer { tag in
            unsafe EVP_CIPHER_CTX_ctrl(
                decryptor.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagByteCount),
                UnsafeMutablePointer(mutating: tag.baseAddress))
        }
        try check(result, .decryption)
        guard decryptor.finish() else {
            ERR_clear_error()
            throw .notAuthentic
        }
    }
}
