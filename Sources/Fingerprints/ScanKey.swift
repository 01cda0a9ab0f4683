public import Secrets

/// The key that fingerprints are made and found with. A class, so that it can be shared without a copy.
public final class ScanKey: Sendable {
    public static let byteCount = 32

    /// Eight hexadecimal digits that tell scan keys apart and say nothing else about them.
    public let id: String
    let textKey: SecretBytes
    let hexadecimalKey: SecretBytes

    public init(_ secret: borrowing SecretBytes) throws(FingerprintError) {
        guard secret.byteCount == Self.byteCount else { throw .wrongKeyLength(byteCount: secret.byteCount) }
        let identity = try Self.derive(from: secret, info: "byok/fingerprint/v1/id")
        let constant = Array("byok scan key".utf8)
        let code = HMACSHA256.code(of: constant.span, key: identity)
        let textKey = try Self.derive(from: secret, info: FragmentKind.text.keyDerivationInfo)
        let hexadecimalKey = try Self.derive(from: secret, info: FragmentKind.hexadecimal.keyDerivationInfo)
        self.id = SHA256.hex(code.span.extracting(first: 4))
        self.textKey = textKey
        self.hexadecimalKey = hexadecimalKey
    }

    private static func derive(
        from secret: borrowing SecretBytes, info: StaticString
    ) throws(FingerprintError) -> SecretBytes {
        let info = Array(info.description.utf8)
        do throws(SecretsError) {
            return try HKDFSHA256.derive(from: secret, info: info.span, byteCount: byteCount)
        } catch {
            throw .cryptography(error)
        }
    }
}
