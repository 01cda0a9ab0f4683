import Batch
import Secrets
import Vault

/// The master keys that this process was given.
enum RotationKeys {
    /// Nil where none is configured: commands that only look do without.
    static func read() throws(JobFailure) -> Keyring? {
        do { return try Keyring.read() } catch { throw JobFailure(error) }
    }

    static func required() throws(JobFailure) -> Keyring {
        guard let keyring = try read() else {
            throw JobFailure(
                .misconfigured, "BYOK_MASTER_KEYS is not set", next: "set BYOK_MASTER_KEYS_FILE or BYOK_MASTER_KEYS")
        }
        return keyring
    }
}
