import ArgumentParser
import Batch
import System

/// What an organisation decided about its backups and keys; a report says what follows from it.
struct RetentionFlags: ParsableArguments, Sendable {
    @Option(help: Retention.backups.argumentHelp) var backupRetention: String?
    @Option(help: Retention.wal.argumentHelp) var walRetention: String?
    @Option(help: Retention.cryptoperiod.argumentHelp) var cryptoperiod: String?
}

/// The same, read. Nil where nobody decided.
struct Retention: Sendable, Equatable {
    /// NIST SP 800-57 part 1, revision 5, table 1: a symmetric key encrypts data for two years at most.
    static let longestCryptoperiod = Duration.seconds(730 * 86_400)

    static let backups = Setting<Duration>.duration(
        "BYOK_BACKUP_RETENTION", flag: "--backup-retention",
        help: "How long backups and snapshots are kept; the report says until when the older key is needed for them.")
    static let wal = Setting<Duration>.duration(
        "BYOK_WAL_RETENTION", flag: "--wal-retention",
        help: "How long archived WAL is kept; the report says until when the older key is needed for it.")
    static let cryptoperiod = Setting<Duration>.duration(
        "BYOK_CRYPTOPERIOD", flag: "--cryptoperiod", default: longestCryptoperiod,
        help: "For how long a master key may seal.")
    static let variables = [backups.variable, wal.variable, cryptoperiod.variable].map(\.description)

    let backups: Duration?
    let wal: Duration?
    let cryptoperiod: Duration

    init(backups: Duration?, wal: Duration?, cryptoperiod: Duration = Self.longestCryptoperiod) {
        self.backups = backups
        self.wal = wal
        self.cryptoperiod = cryptoperiod
    }

    init(_ flags: RetentionFlags) throws(JobFailure) {
        let environment = EnvironmentVariables(reading: Self.variables)
        do throws(SettingError) {
            backups = try Self.backups.optionalValue(flag: flags.backupRetention, in: environment)
            wal = try Self.wal.optionalValue(flag: flags.walRetention, in: environment)
            cryptoperiod = try Self.cryptoperiod.value(flag: flags.cryptoperiod, in: environment)
        } catch { throw JobFailure(error) }
    }
}
