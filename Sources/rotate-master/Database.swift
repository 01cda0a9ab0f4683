import Batch
import Postgres

/// The connections of a run: one reads, each worker writes on one, one keeps the lease, one says where the sweep stands,
/// and one serves everything else, so that none waits for the others.
struct Database: Sendable {
    let server: String
    let reader: PostgresConnection
    let writers: [PostgresConnection]
    let desk: PostgresConnection
    let watch: PostgresConnection
    let keeper: PostgresConnection
    /// Where `BYOK_REPLICA_URL` names one.
    let replica: PostgresConnection?

    init(_ flags: DatabaseFlags, workers: Int) throws(JobFailure) {
        let settings = try flags.settings(for: "byok/rotate-master")
        server = settings.server
        reader = PostgresConnection(settings)
        writers = (0..<workers).map { _ in PostgresConnection(settings) }
        desk = PostgresConnection(settings)
        watch = PostgresConnection(settings)
        keeper = PostgresConnection(settings)
        replica = try DeclaredReplica.connection()
    }

    func connect() async throws(JobFailure) {
        do {
            try await desk.connect()
        } catch {
            throw JobFailure(
                error.kind == .unavailable ? .unavailable : JobFailure(error).outcome,
                "cannot reach the database at \(PlaceName(server)) (\(PlaceName(error.kind.rawValue)))",
                next: "run again when it answers")
        }
    }

    /// In a read-only transaction, so that nothing on this path can write.
    func read<Value: Sendable>(
        _ statement: Statement, _ body: @Sendable (Rows) throws(PostgresError) -> Value
    ) async throws(JobFailure) -> Value {
        do throws(PostgresError) {
            return try await desk.transaction(.readOnly, retrying: 3) { transaction throws(PostgresError) in
                try body(try transaction.query(statement))
            }
        } catch {
            throw JobFailure(error)
        }
    }

    func write(_ statement: Statement) async throws(JobFailure) {
        do throws(PostgresError) { _ = try await desk.query(statement) } catch { throw JobFailure(error) }
    }
}
