import Batch
import Fingerprints
import Secrets
import Vault

/// The secrets that a command was configured with. Each variable is erased by reading it, so each is read once.
enum ConfiguredKeys {
    /// Nil when none is configured.
    static func optionalKeyring() throws(JobFailure) -> Keyring? {
        do { return try Keyring.read() } catch { throw JobFailure(error) }
    }

    static func keyring() throws(JobFailure) -> Keyring {
        if let keyring = try optionalKeyring() { return keyring }
        throw JobFailure(
            .misconfigured, "BYOK_MASTER_KEYS is not set; expected version:base64 entries",
            next: "set BYOK_MASTER_KEYS_FILE, or make a key with byok master-keys generate")
    }

    /// Nil when none is configured: then nothing is fingerprinted.
    static func scanKey() throws(JobFailure) -> ScanKey? {
        let secret: SecretBytes?
        do {
            secret = try SecretSource.readBase64("BYOK_SCAN_KEY", byteCount: ScanKey.byteCount)
        } catch { throw JobFailure(error) }
        guard let secret else { return nil }
        do { return try ScanKey(secret) } catch { throw JobFailure(.broken, "the scan key could not be derived from") }
    }
}
