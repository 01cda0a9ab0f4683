internal import COpenSSL

/// AES-256 on independent 16-byte blocks: a pseudorandom permutation for fingerprints.
///
/// Not for messages, whose equal blocks would show. Many blocks a call is what makes it fast.
// Noncopyable and used through `mutating` only: one thread at a time holds it.
public struct AES256Blocks: ~Copyable, @unchecked Sendable {
    public static let blockByteCount = 16

    private let context: CipherContext

    public init(key: borrowing SecretBytes) throws(SecretsError) {
        guard key.byteCount == AES256GCM.keyByteCount else {
            throw .wrongKeyLength(expected: AES256GCM.keyByteCount, actual: key.byteCount)
        }
        let context = try unsafe CipherContext(EVP_aes_256_ecb(), key: key, .encrypt)
        unsafe EVP_CIPHER_CTX_set_padding(context.pointer, 0)
        self.context = context
    }

    /// Appends as many bytes as `blocks` has: a whole number of blocks, and room for them.
    public mutating func encrypt(_ blocks: Span<UInt8>, into output: inout OutputSpan<UInt8>) throws(SecretsError) {
        precondition(blocks.count.isMultiple(of: Self.blockByteCount), "whole blocks only")
        try context.transform(blocks, into: &output)
    }
}
