import ArgumentParser
import Batch
import System
import Vault

/// `rotate-master retire`: ends the life of an older master key, once nothing needs it.
struct Retire: AsyncParsableCommand {
    static let grace = Setting<Duration>.duration(
        "BYOK_ROTATE_GRACE", flag: "--grace", default: RetirementTerms.defaultGrace,
        help: "How long after the proof the older key stays, for requests and deploys on their way.")

    static let configuration = CommandConfiguration(
        abstract: "Retire an older master key, once the database and you are sure that nothing needs it.",
        discussion: """
            For byok_operator only. Refuses until the sweep is proved, every key was opened, the grace period is over,
            every replica is past the end of the sweep and every reader holds the current key; each obstacle is named
            with what to do about it. Afterwards take the key out of BYOK_MASTER_KEYS everywhere, and keep it offline
            until the date that the report names.

            Without --confirm, or with other words, it prints the words to type and changes nothing.

            Examples:
              rotate-master retire --key-version 1 --reason "quarterly, ticket 812" --confirm "retire version 1"
              rotate-master retire --key-version 1 --reason "try" --confirm "retire version 1" --dry-run

            Exit status: 0 retired; 1 something stands in the way, nothing was done; 64 wrong words; 69 no database;
            74 retired, but the report could not be written; 75 another run is going; 77 only the operator may.
            """)

    @Option(help: "The number of the master key.") var keyVersion: String
    @Option(help: "Why, for the audit log: 1 to 500 characters.") var reason: String
    @Option(help: "The words that this command prints without them.") var confirm: String?
    @Option(help: "How many rows that do not open are given up with the key.") var acceptQuarantined: String?
    @Option(help: Self.grace.argumentHelp) var grace: String?
    @Option(help: "Your words for it, where a reader without the current key is gone for good.")
    var holdersConfirmed: String?
    @Option(help: "A replica or slot that is gone for good; may be repeated.") var ignoreReplica: [String] = []
    @OptionGroup var retention: RetentionFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var common: CommonFlags

    func validate() throws {
        _ = try order()
    }

    func run() async {
        let order = try? order()
        let (grace, retention, database) = (grace, retention, database)
        await JobRunner.run("rotate-master", common) { run throws(JobFailure) in
            guard var order else { throw JobFailure(.usage, "the flags are wrong", next: "see --help") }
            do throws(SettingError) {
                let variables = EnvironmentVariables(reading: [Self.grace.variable.description])
                order.terms.grace = try Self.grace.value(flag: grace, in: variables)
            } catch { throw JobFailure(error) }
            return try await Retirement(run, order, retention, database).conclude()
        }
    }

    /// Nothing that was typed is repeated: somebody in a hurry may have pasted a key.
    private func order() throws -> RetireOrder {
        guard let number = Int(keyVersion), let version = MasterKeyVersion(number) else {
            throw ValidationError("--key-version takes the number of a master key.")
        }
        guard DryRun.isReason(reason) else { throw ValidationError("--reason takes 1 to 500 characters.") }
        let accepted = acceptQuarantined.map { Int($0) } ?? 0
        guard let accepted, accepted >= 0 else { throw ValidationError("--accept-quarantined takes a number of rows.") }
        guard holdersConfirmed.map(DryRun.isReason) ?? true, ignoreReplica.allSatisfy(DryRun.isReason) else {
            throw ValidationError("--holders-confirmed and --ignore-replica take 1 to 500 characters.")
        }
        let terms = RetirementTerms(
            version: Int(version.rawValue), acceptedQuarantined: accepted, holdersConfirmed: holdersConfirmed,
            ignoredReplicas: ignoreReplica)
        return RetireOrder(terms: terms, reason: reason, words: confirm)
    }
}

/// What an operator wants retired, why, and the words typed for it.
struct RetireOrder: Sendable {
    var terms: RetirementTerms
    let reason: String
    let words: String?

    func expectWords() throws(JobFailure) {
        guard words != RetireCommand.words(terms.version) else { return }
        throw JobFailure(
            .usage, "nothing was done: --confirm must be exactly \"retire version \(terms.version)\"",
            next: "if that is what you want, give these words")
    }
}
