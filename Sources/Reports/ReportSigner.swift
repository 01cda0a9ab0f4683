public import Secrets

/// The key that signs manifests. A class, so that one key can sign many.
public final class ReportSigner: Sendable {
    let key: Ed25519SigningKey

    public init(_ key: consuming Ed25519SigningKey) {
        self.key = key
    }
}
