public import Batch
public import Vault

extension JobFailure {
    /// About the master keys as a whole: a row's own fault quarantines that row and never comes here.
    public init(_ error: VaultError) {
        switch error {
        case .unreadableKeyring(let fault): self.init(fault)
        case .database(let fault): self.init(fault)
        case .wrongMasterKey(let version):
            self.init(
                .misconfigured,
                "master key \(version, as: "version") in BYOK_MASTER_KEYS is another than the one registered",
                next: "put the key in that was registered under \(version); nothing was opened")
        case .unknownMasterKeyVersion(let version):
            self.init(
                .misconfigured, "master key \(version, as: "version") is in use, and BYOK_MASTER_KEYS does not have it",
                next: "add it to BYOK_MASTER_KEYS; nothing was opened")
        case .noCurrentMasterKey:
            self.init(.misconfigured, "no master key is registered", next: "run byok master-keys register")
        case .noSealsLeft(let version):
            self.init(
                .misconfigured, "master key \(version, as: "version") has no seals left of its 2^32",
                next: "byok master-keys generate and register the next one, then rotate to it")
        case .malformedKeyring(let entry, let byteCount, let fault):
            self.init(
                .misconfigured,
                "BYOK_MASTER_KEYS is malformed: entry \(entry, as: "entry") (\(byteCount) bytes) \(fault)",
                next: "write one version:base64 entry a line, such as 1: and 44 characters; the key has 32 bytes")
        case .emptyKeyring:
            self.init(
                .misconfigured, "BYOK_MASTER_KEYS has no entry", next: "write one version:base64 entry a line")
        case .cryptography, .notReproduced:
            self.init(.broken, "OpenSSL refused to work", next: "look at the system's log, report this")
        case .missing, .tooShort, .tooLong, .unknownFormat, .notAuthentic:
            self.init(.broken, "a key cannot be sealed or opened", next: "report this")
        }
    }
}
