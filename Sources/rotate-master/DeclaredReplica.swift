import Batch
import Postgres
import Secrets

/// The replica that `BYOK_REPLICA_URL` names: one that the primary does not show, such as a replica's own.
enum DeclaredReplica {
    /// Nil where none is named. A secret, because its URL may hold a password: a variable or a file, never a flag.
    static func connection() throws(JobFailure) -> PostgresConnection? {
        let url: SecretBytes?
        do {
            url = try SecretSource.read("BYOK_REPLICA_URL", maximumByteCount: 4096)
        } catch { throw JobFailure(error) }
        if url == nil { return nil }
        do {
            var settings = try ConnectionSettings(
                databaseURL: url, password: nil, applicationName: "byok/rotate-master")
            settings.reconnectBudget = .seconds(2)
            return PostgresConnection(settings)
        } catch { throw JobFailure(error) }
    }

    /// False where it does not say so, whatever the reason.
    static func isPast(_ position: String, _ replica: PostgresConnection) async -> Bool {
        let statement = Statement(
            "replica past", sql: PackageResources.replica_past_sql, [.text(position)], deadline: .seconds(5),
            idempotent: true)
        return (try? await replica.query(statement).single().bool("is_past")) ?? false
    }
}
