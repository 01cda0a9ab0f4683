/// Why a cryptographic operation was refused. Carries lengths and OpenSSL's numeric
/// codes, never bytes of a key, a message or a signature.
public enum SecretsError: Error, Equatable, Sendable {
    case wrongKeyLength(expected: Int, actual: Int)
    case messageTooLong(byteCount: Int)
    case messageTooShort(byteCount: Int)
    /// The tag does not belong to this ciphertext, nonce, additional data and key.
    case notAuthentic
    case malformedBase64(byteCount: Int)
    /// The text is not an unencrypted Ed25519 key in PEM.
    case malformedKey(byteCount: Int)
    /// No random bytes: whoever asked must stop, not fall back to something weaker.
    case noRandomness(code: UInt)
    /// OpenSSL refused; `code` is what `openssl errstr` takes, 0 when it gave none.
    case libraryFailure(Operation, code: UInt)

    public enum Operation: String, Sendable {
        case encryption, decryption, digest, keyDerivation, signing, publicKeyExport
    }
}
