import ArgumentParser
import Batch
import Postgres
import Vault

struct MasterKeysSetCurrent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-current",
        abstract: "Make a registered master key the one that new keys are sealed under.",
        discussion: """
            The step of a rotation between giving the key to every reader and the sweep, and the first step of a
            rotation back. The key that was current becomes previous: it still opens what it sealed. For byok_operator
            only. `rotate-master plan` says when it is time.

            Example:
              byok master-keys set-current --key-version 2 --reason "quarterly rotation, ticket 812"

            Exit: 0 done, or it was current already; 1 readers seen within 24 h do not hold the key, nothing was done; 69
            database unavailable; 75 a long transaction is in the way, run again; 77 not the operator; 78 the key is not
            registered, or retired.
            """)

    @Option(help: "The number of the master key.") var keyVersion: String
    @Option(help: "Why, for the audit log: 1 to 500 characters.") var reason: String
    @Option(help: "Your words for it, where a reader without the key is gone for good.") var holdersConfirmed: String?
    @OptionGroup var operatorFlags: OperatorFlags

    func validate() throws {
        guard let number = Int(keyVersion), MasterKeyVersion(number) != nil else {
            throw ValidationError("--key-version takes the number of a master key.")
        }
        guard DryRun.isReason(reason) else { throw ValidationError("--reason takes 1 to 500 characters.") }
        guard holdersConfirmed.map(DryRun.isReason) ?? true else {
            throw ValidationError("--holders-confirmed takes 1 to 500 characters.")
        }
    }

    func run() async {
        await JobRunner.reply("byok-master-keys-set-current", asJSON: operatorFlags.writesJSON) {
            () throws(JobFailure) in
            let version = Int(keyVersion) ?? 0
            let connection = try operatorFlags.connection(for: "byok-master-keys")
            if holdersConfirmed == nil { try await Self.expectHolders(version, connection) }
            try await setCurrent(version, connection)
            return Reply(
                "Master key \(version) is current: new keys are sealed under it. Next: rotate-master run\n",
                details: [("version", .count(version))])
        }
    }

    /// A reader without the key could not open what is sealed from here on.
    private static func expectHolders(
        _ version: Int, _ connection: PostgresConnection
    ) async throws(JobFailure) {
        let rows = try await connection.read(
            Statement("readers_without", sql: PackageResources.readers_without_sql, [.int(version)]))
        guard let first = rows.first else { return }
        let name = try Database.reading { () throws(PostgresError) in PlaceName(try first.text("process")) }
        throw JobFailure(
            .incomplete, "\(rows.count, as: "readers") readers seen within 24 h do not hold it, \(name) is one",
            next: "give it to them and restart them; where they are gone for good: --holders-confirmed \"why\"")
    }

    private func setCurrent(_ version: Int, _ connection: PostgresConnection) async throws(JobFailure) {
        let reason = holdersConfirmed.map { "\(self.reason) (readers vouched for: \($0))" } ?? self.reason
        let statement = Statement(
            "set_current", sql: PackageResources.set_current_sql, [.int(version), .text(String(reason.prefix(500)))],
            idempotent: true)
        do throws(PostgresError) {
            _ = try await connection.query(statement)
        } catch  where error.kind == .retryTransaction {
            throw JobFailure(
                .stopped, "a transaction is in the way, and nobody shall queue behind it; nothing was done",
                next: "run again")
        } catch  where error.sqlState == "BK005" {
            throw JobFailure(
                .misconfigured, "master key \(version, as: "version") is not registered, or retired",
                next: "byok master-keys list")
        } catch { throw JobFailure(error) }
    }
}
