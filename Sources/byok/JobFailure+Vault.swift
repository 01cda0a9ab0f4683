import Batch
import Secrets
import Vault

extension JobFailure {
    /// About the master keys as a whole: commands that add keys never meet a row's own fault.
    init(_ error: VaultError) {
        switch error {
        case .unreadableKeyring(let fault): self.init(fault)
        case .database(let fault): self.init(fault)
        case .wrongMasterKey(let version):
            self.init(
                .misconfigured, "the configured master key \(version, as: "version") is not the one registered",
                next: "configure the right key; nothing was read or written")
        case .unknownMasterKeyVersion(let version):
            self.init(
                .misconfigured, "master key \(version, as: "version") is current, and BYOK_MASTER_KEYS has it not",
                next: "add it to BYOK_MASTER_KEYS")
        case .noCurrentMasterKey:
            self.init(.misconfigured, "no master key is registered", next: "run byok master-keys register")
        case .noSealsLeft(let version):
            self.init(
                .misconfigured, "master key \(version, as: "version") has no seals left of its 2^32",
                next: "generate and register the next one, then rotate-master")
        case .malformedKeyring(let entry, let byteCount, let fault):
            self.init(
                .misconfigured,
                "BYOK_MASTER_KEYS is malformed: entry \(entry, as: "entry") (\(byteCount) bytes) \(fault)",
                next: "one version:base64(32 bytes) entry a line")
        case .emptyKeyring:
            self.init(
                .misconfigured, "BYOK_MASTER_KEYS has no entry", next: "one version:base64(32 bytes) entry a line")
        case .cryptography, .notReproduced:
            self.init(.broken, "OpenSSL refused to work", next: "report this")
        case .missing, .tooShort, .tooLong, .unknownFormat, .notAuthentic:
            self.init(.broken, "a key cannot be sealed or opened", next: "report this")
        }
    }
}
