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

extension JobFailure {
    /// What is wrong with the master keys as a whole; a row's own fault never comes here.
    init(_ error: VaultError) {
        switch error {
        case .unreadableKeyring(let fault): self.init(fault)
        case .database(let fault): self.init(fault)
        case .wrongMasterKey(let version):
            self.init(
                .misconfigured, "master key \(version.rawValue) is not the one registered under that number",
                next: "give BYOK_MASTER_KEYS the right key; nothing was opened")
        case .unknownMasterKeyVersion(let version):
            self.init(
                .misconfigured, "BYOK_MASTER_KEYS has no master key \(version.rawValue), which is in use",
                next: "add it; nothing was opened")
        case .noCurrentMasterKey:
            self.init(.misconfigured, "no master key is registered", next: "run byok master-keys register")
        case .cryptography: self.init(.broken, "OpenSSL refused to work", next: "report this")
        default:
            self.init(
                .misconfigured, "BYOK_MASTER_KEYS is malformed: \(PlaceName(String(describing: error)))",
                next: "one version:base64 entry a line, 32 bytes each")
        }
    }
}
