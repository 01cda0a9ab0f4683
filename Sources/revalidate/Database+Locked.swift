import Batch
import FoundationEssentials
import Postgres

extension Database {
    /// Which of these keys somebody else holds locked.
    func locked(_ keyIDs: [UUID]) async throws(JobFailure) -> Set<UUID> {
        let rows = try await write(Queries.lockedKeys(keyIDs))
        return try Self.reading { () throws(PostgresError) in
            Set(try rows.map { row throws(PostgresError) in try row.uuid("id") })
        }
    }
}
