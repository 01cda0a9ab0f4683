import ArgumentParser
import Batch
import Postgres
import System

struct MasterKeysSetCurrent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-current",
        abstract:
            "Makes a registered master key the one that new keys are sealed under; the one before stays readable.",
        discussion: """
            The first step of a rotation, and of its rollback: then rotate-master run moves what is stored. Every \
            reader and writer must hold the key before. What --reason says is kept in the audit log with who said it.

            Examples:
              byok master-keys set-current --key-version 2 --reason "quarterly rotation"
              byok master-keys set-current --key-version 1 --reason "web.3 cannot read version 2"

            Exit: 0 done, or current already; 1 readers seen within 24 h do not hold the key, nothing was done; \
            64 usage, 69 database unavailable, 75 a long transaction keeps the table in use, 77 not permitted, \
            78 the key is not registered, or retired.
            """)

    /// How long a transaction of somebody else's is waited for; each try holds nobody up for more than a tenth of a second.
    private static let patience: Duration = .seconds(60)

    @OptionGroup var action: ActionFlags
    @OptionGroup var database: DatabaseFlags

    @Option(help: "The number of the master key.") var keyVersion: Int
    @Option(help: "Why, in 1 to 500 characters.") var reason: String
    @Flag(help: "Readers that were seen without the key are gone for good; say which in --reason.")
    var readersAreGone = false

    func validate() throws {
        guard Int32(exactly: keyVersion).map({ $0 > 0 }) ?? false else {
            throw ValidationError("--key-version is a number from 1")
        }
        guard DryRun.isReason(reason) else {
            throw ValidationError("--reason is a text of 1 to 500 characters")
        }
    }

    func run() async {
        await JobRunner.act("byok-master-keys-set-current", action) { [self] run throws(JobFailure) in
            let connection = try database.connection(for: "byok-master-keys")
            let known = try await RegisteredMasterKey.all(connection, nil)
            guard let key = known.first(where: { $0.version == keyVersion }), let state = key.state else {
                throw JobFailure(
                    .misconfigured, "master key \(keyVersion) is not registered", next: "byok master-keys register")
            }
            guard state != MasterKeyState.retired.rawValue else {
                throw JobFailure(
                    .misconfigured, "master key \(keyVersion) is retired",
                    next: "make a new one: byok master-keys generate")
            }
            let isNew = state != MasterKeyState.current.rawValue
            if isNew, !readersAreGone { try await expectHolders(connection) }
            // One that is current already may have lost the fence of its rotation, which this puts back.
            if !run.settings.isDryRun { try await setCurrent(connection, run) }
            return Conclusion(
                counts: [Conclusion.Count("made_current", isNew && !run.settings.isDryRun ? 1 : 0)],
                summary: isNew ? "master key \(keyVersion) is current" : "master key \(keyVersion) was current already",
                next: isNew ? "rotate-master run" : nil)
        }
    }

    /// A reader without the key could not open what is sealed from here on.
    private func expectHolders(_ connection: PostgresConnection) async throws(JobFailure) {
        let rows = try await connection.read(
            Statement("readers_without", sql: PackageResources.readers_without_sql, [.int(keyVersion)]))
        guard let first = rows.first else { return }
        let name = try Database.reading { () throws(PostgresError) in PlaceName(try first.text("process")) }
        throw JobFailure(
            .incomplete, "\(rows.count, as: "readers") readers seen within 24 h do not hold it, \(name) is one",
            next: "give it to them and restart them; where they are gone for good: --readers-are-gone")
    }

    private func setCurrent(_ connection: PostgresConnection, _ run: Run) async throws(JobFailure) {
        let statement = Statement(
            "set_current_master_key", sql: PackageResources.set_current_master_key_sql,
            [.int(keyVersion), .text(reason)], idempotent: true)
        let end = Deadline(after: Self.patience)
        while true {
            do throws(PostgresError) {
                _ = try await connection.query(statement)
                return
            } catch {
                guard error.kind == .retryTransaction else { throw JobFailure(error) }
                guard !end.hasPassed, await run.stop.sleep(for: .milliseconds(300)) else {
                    throw JobFailure(
                        .stopped, "a long transaction keeps byok.api_keys in use, and nothing was changed",
                        next: "end it (pg_stat_activity) and run this again")
                }
            }
        }
    }
}
