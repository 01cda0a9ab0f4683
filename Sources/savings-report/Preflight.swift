import Batch
import Postgres
import System

/// What must hold before anything is read.
enum Preflight {
    /// The migration that this program's statements need.
    static let neededMigration = 61

    /// Gives the database's `now()`.
    static func pass(_ database: Database) async throws(JobFailure) -> Timestamp {
        try await database.connect()
        let rows = try await database.read(Queries.installation)
        let found = try Database.reading { () throws(PostgresError) in
            let row = try rows.single()
            return Installation(
                now: try row.timestamp("now"), schemaNumber: try row.optionalInt("schema_number") ?? 0,
                pausedAt: try row.optionalTimestamp("paused_at"),
                pausesAll: try row.optionalBool("pauses_all") ?? false)
        }
        guard found.schemaNumber >= neededMigration else {
            throw JobFailure(
                .misconfigured, "the schema is older than migration \(neededMigration)",
                next: "bring it up to date with byok migrate")
        }
        if let since = found.pausedAt {
            throw JobFailure(
                .stopped,
                "\(found.pausesAll ? "every job" as StaticString : "savings-report") is paused since \(since)",
                next: "as byok_operator: \(found.pausesAll ? Self.resumeAll : Self.resume)")
        }
        return found.now
    }

    private static let resumeAll: StaticString = "call byok.resume('*', '<reason>')"
    private static let resume: StaticString = "call byok.resume('savings-report', '<reason>')"

    private struct Installation: Sendable {
        let now: Timestamp
        let schemaNumber: Int
        let pausedAt: Timestamp?
        let pausesAll: Bool
    }
}
