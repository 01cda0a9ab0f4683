public import FoundationEssentials
public import Postgres

/// How far a shard had come before this run. Counts of a run that was killed may lack its last second.
public struct ShardProgress: Sendable {
    public internal(set) var cursor: UUID?
    public internal(set) var total = 0
    public internal(set) var rotated = 0
    public internal(set) var changed = 0
    public internal(set) var deleted = 0
    public internal(set) var quarantined = 0
    public internal(set) var heapOnly = 0
    public internal(set) var walBytes = 0

    public static let none = ShardProgress()

    private init() {}

    init(_ row: Row) throws(PostgresError) {
        cursor = try row.optionalUUID("cursor")
        total = try row.int("total")
        rotated = try row.int("rotated")
        changed = try row.int("changed")
        deleted = try row.int("deleted")
        quarantined = try row.int("quarantined")
        heapOnly = try row.int("heap_only")
        walBytes = try row.int("wal_bytes")
    }

    /// Of the same shard of the same rotation; `none` where this run is its first.
    public static func read(
        rotation: Int, shard: String, on connection: PostgresConnection
    ) async throws(RotationError) -> ShardProgress {
        let statement = Statement(
            "read shard progress", sql: PackageResources.shard_progress_sql, [.int(rotation), .text(shard)],
            idempotent: true)
        do throws(PostgresError) {
            return try await connection.query(statement).first.map { row throws(PostgresError) in
                try ShardProgress(row)
            } ?? .none
        } catch {
            throw RotationError(error)
        }
    }
}
