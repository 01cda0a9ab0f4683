import ArgumentParser
import Batch
import FoundationEssentials
import Postgres

struct KeysDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a stored key with its ciphertext and fingerprints, and cancels its waiting mails.",
        discussion: """
            What --confirm says is kept in the audit log with who said it. The key's history stays.

            Examples:
              byok keys delete 0b6a… --confirm "the user asked for it, ticket 4711"

            Exit: 0 deleted, 1 there is no such key, 64 usage, 69 database unavailable, 77 not permitted.
            """)

    @OptionGroup var action: ActionFlags
    @OptionGroup var database: DatabaseFlags

    @Argument(help: "The key's id.") var id: String
    @Option(help: "Why, in 1 to 500 characters.") var confirm: String

    func run() async {
        await JobRunner.act("byok-keys-delete", action) { [self] run throws(JobFailure) in
            let id = try KeyFlags.uuid(id, "the key's id")
            guard DryRun.isReason(confirm) else {
                throw JobFailure(
                    .usage, "--confirm is malformed; expected a reason of 1 to 500 characters",
                    next: "say why; nothing was deleted")
            }
            let connection = try database.connection(for: "byok-keys-delete")
            let isThere: Bool
            if run.settings.isDryRun {
                isThere = try await !StoredKey.find(id: id, limit: 1, on: connection).isEmpty
            } else {
                isThere = try await delete(id, connection)
            }
            let count = Conclusion.Count("deleted", isThere && !run.settings.isDryRun ? 1 : 0)
            guard isThere else {
                return Conclusion(
                    [.findings], counts: [count], summary: "there is no such key",
                    next: "byok keys list shows the ids")
            }
            return Conclusion(
                counts: [count],
                summary: run.settings.isDryRun
                    ? "the key is there; nothing was deleted"
                    : "the key, its ciphertext and its fingerprints are deleted, its waiting mails cancelled")
        }
    }

    private func delete(_ id: UUID, _ connection: PostgresConnection) async throws(JobFailure) -> Bool {
        do throws(PostgresError) {
            return try await connection.query(
                Statement("delete_key", sql: PackageResources.delete_key_sql, [.uuid(id), .text(confirm)])
            ).single().bool("deleted")
        } catch { throw JobFailure(error) }
    }
}
