public import Secrets

public enum FingerprintError: Error, Equatable {
    /// A scan key is 32 bytes.
    case wrongKeyLength(byteCount: Int)
    /// Stored windows are whole 8-byte values, ascending, at most ``WindowList/maximumCount`` of them.
    case malformedWindows(byteCount: Int)
    /// A body is at most ``BodyShape/maximumLength`` characters.
    case bodyTooLong(length: Int)
    case cryptography(SecretsError)
}
