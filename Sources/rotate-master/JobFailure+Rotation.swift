import Batch
import Postgres
import Rotation
import Vault

extension JobFailure {
    init(_ error: RotationError) {
        switch error {
        case .database(let fault): self.init(fault)
        case .vault(let fault): self.init(fault)
        case .overtaken:
            self.init(
                .leaseHeld, "another run has taken the lease over", next: "nothing: it goes on where this one ended")
        case .dividedDifferently:
            self.init(
                .leaseHeld, "another run divides the keys into other shards",
                next: "wait until it has ended, or use its --shard i/n")
        case .targetMoved:
            self.init(
                .stopped, "another master key was made current meanwhile",
                next: "rotate-master run: it goes to the key that is current now")
        case .readersLackKey:
            self.init(
                .misconfigured, "readers were seen that do not hold the target",
                next: "give it to them, or say why not with --holders-confirmed; rotate-master run names them")
        case .tooManyUnreadable:
            self.init(
                .misconfigured, "more rows do not open than can be an accident; the sweep was ended",
                next: "look at byok.api_keys where quarantined_at is not null: did another program seal them?")
        case .tableInUse:
            self.init(
                .stopped, "a long transaction keeps byok.api_keys in use",
                next: "end it (pg_stat_activity), then rotate-master run: only the last steps are left")
        case .interrupted:
            self.init(.stopped, "stopped", next: "rotate-master run: it goes on where it ended")
        case .booksDoNotBalance(let taken, let settled):
            self.init(.broken, "\(taken) rows were taken up and \(settled) came to an end", next: "report this")
        }
    }

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
                next: "add it")
        case .noCurrentMasterKey:
            self.init(.misconfigured, "no master key is registered", next: "run byok master-keys register")
        case .noSealsLeft(let version):
            self.init(
                .misconfigured, "master key \(version.rawValue) has sealed 2^32 times",
                next: "make a new one: byok master-keys generate")
        case .cryptography, .notReproduced:
            self.init(
                .broken, "OpenSSL did not do what it must: \(PlaceName(String(describing: error)))",
                next: "nothing wrong was stored; try another machine")
        default:
            self.init(
                .misconfigured, "BYOK_MASTER_KEYS is malformed: \(PlaceName(String(describing: error)))",
                next: "one version:base64 entry a line, 32 bytes each")
        }
    }

    static func lackingReaders(_ readers: [String], _ target: MasterKeyVersion) -> JobFailure {
        var list: LogMessage = ""
        for reader in readers.prefix(10) {
            list = "\(list)\(list.text.isEmpty ? "" : ", " as StaticString)\(PlaceName(reader))"
        }
        let more: LogMessage = readers.count > 10 ? " and \(readers.count - 10) more" : ""
        return JobFailure(
            .misconfigured,
            "\(readers.count, as: "readers") readers of the last 24 hours do not hold master key \(target.rawValue): \(list)\(more)",
            next: "give it to them, or say why not with --holders-confirmed; nothing was opened")
    }
}
