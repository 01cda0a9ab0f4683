import Batch
import Postgres
import Secrets

/// The replica that `BYOK_REPLICA_URL` names: one that the primary does not show, such as a replica's own.
enum DeclaredReplica {
    static let variable = "BYOK_REPLICA_URL"

    /// Nil where none is named. A secret, because its URL may hold a password: a variable or a file, never a flag.
    static func connection() throws(JobFailure) -> PostgresConnection? {
        let url: SecretBytes?
        do {
            url = try SecretSource.read(variable, maximumByteCount: 4096)
        } catch { throw JobFailure(error) }
        if url == nil { return nil }
        do {
            var settings = try ConnectionSettings(
                databaseURL: url, password: nil, applicationName: "byok/rotate-master")
            settings.reconnectBudget = .seconds(2)
            return PostgresConnection(settings)
        } catch { throw JobFailure(error) }
    }

    /// Whether it stands against a retirement: it must be past the end of the sweep, and where a run of the rotation asked
    /// one, it must be named here too. `--ignore-replica BYOK_REPLICA_URL` gives it up.
    static func isInTheWay(of picture: RotationPicture, _ terms: RetirementTerms) async throws(JobFailure) -> Bool {
        guard let rotation = picture.rotation, let end = rotation.lastPosition,
            !terms.ignoredReplicas.contains(variable)
        else { return false }
        guard let replica = try connection() else { return rotation.declaresReplica }
        return await !isPast(end, replica)
    }

    /// False where it does not say so, whatever the reason.
    private static func isPast(_ position: String, _ replica: PostgresConnection) async -> Bool {
        let statement = Statement(
            "replica past", sql: PackageResources.replica_past_sql, [.text(position)], deadline: .seconds(5),
            idempotent: true)
        return (try? await replica.query(statement).single().bool("is_past")) ?? false
    }
}
