import FoundationEssentials
import Postgres
import System

/// Rows that do not open and were set aside, never overwritten.
struct QuarantinedKeys: Sendable {
    /// A report lists no more.
    static let longestList = 10_000

    struct Key: Sendable {
        let keyID: UUID
        let userID: UUID
        let provider: String
        let version: Int
        let at: Timestamp
        let reason: String
    }

    let count: Int
    let keys: [Key]

    init(count: Int, keys: [Key]) {
        self.count = count
        self.keys = keys
    }

    init(_ transaction: borrowing Transaction) throws(PostgresError) {
        let statement = Statement(
            "quarantined_keys", sql: PackageResources.quarantined_keys_sql, [.int(Self.longestList)])
        let rows = try transaction.query(statement)
        count = try rows.first?.int("total") ?? 0
        keys = try rows.map { row throws(PostgresError) in
            Key(
                keyID: try row.uuid("id"), userID: try row.uuid("user_id"), provider: try row.text("provider"),
                version: try row.int("master_key_version"), at: try row.timestamp("quarantined_at"),
                reason: try row.text("quarantine_reason"))
        }
    }
}
