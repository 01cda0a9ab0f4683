import Batch
import FoundationEssentials
import Postgres

/// The connections of a run: pages and reports are read on one, verdicts settle on another, and the lease is
/// renewed on a third, so that none waits for the others.
struct Database: Sendable {
    let server: String
    let reader: PostgresConnection
    let writer: PostgresConnection
    let keeper: PostgresConnection

    init(_ flags: DatabaseFlags) throws(JobFailure) {
        let settings = try flags.settings(for: "byok/revalidate")
        server = settings.server
        reader = PostgresConnection(settings)
        writer = PostgresConnection(settings)
        keeper = PostgresConnection(settings)
    }

    func connect() async throws(JobFailure) {
        do {
            try await reader.connect()
        } catch {
            throw JobFailure(
                error.kind == .unavailable ? .unavailable : JobFailure(error).outcome,
                "cannot reach the database at \(PlaceName(server)) (\(PlaceName(error.kind.rawValue)))",
                next: "run again when it answers")
        }
    }

    /// In a read-only transaction, so that nothing on this path can write.
    func read(_ statement: Statement) async throws(JobFailure) -> Rows {
        var attempts = 0
        while true {
            do {
                return try await reader.transaction(.readOnly, retrying: 3) { transaction throws(PostgresError) in
                    try transaction.query(statement)
                }
            } catch {
                attempts += 1
                // Making the connection anew is patient by itself; what repeats here is losing it again.
                guard error.kind == .connectionLost || error.kind == .commitUnknown, attempts < 5 else {
                    throw JobFailure(error)
                }
            }
        }
    }

    /// Nil where somebody else holds a row's lock for longer than this role waits.
    func writeUnlessLocked(_ statement: Statement, attempts: Int = 2) async throws(JobFailure) -> Rows? {
        for _ in 1...attempts {
            do throws(PostgresError) {
                return try await writer.query(statement)
            } catch  where error.kind == .retryTransaction || error.kind == .timeout {
                continue
            } catch {
                throw JobFailure(error)
            }
        }
        return nil
    }

    /// Which of these keys somebody else holds locked.
    func locked(_ keyIDs: [UUID]) async throws(JobFailure) -> Set<UUID> {
        let rows = try await write(Queries.lockedKeys(keyIDs))
        return try Self.reading { () throws(PostgresError) in
            Set(try rows.map { row throws(PostgresError) in try row.uuid("id") })
        }
    }

    /// For functions of the schema that may be called twice with the same words.
    func write(_ statement: Statement) async throws(JobFailure) -> Rows {
        var attempts = 0
        while true {
            do {
                return try await writer.query(statement)
            } catch {
                attempts += 1
                guard error.kind == .retryTransaction || error.kind == .timeout, attempts < 5 else {
                    throw JobFailure(error)
                }
            }
        }
    }
}

extension Database {
    /// Reads results; what cannot be read comes from a schema that is not ours.
    static func reading<Value>(_ body: () throws(PostgresError) -> Value) throws(JobFailure) -> Value {
        do throws(PostgresError) { return try body() } catch { throw JobFailure(error) }
    }
}
