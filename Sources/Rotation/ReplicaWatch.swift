public import Postgres

/// Whether the replicas keep up. Two limits, so that a sweep does not stop and go every second.
public actor ReplicaWatch {
    private let most: Int
    private let replica: PostgresConnection?
    private var isHeld = false
    /// The furthest behind, in bytes of log; nil where no replica is known, or none says where it is.
    public private(set) var lag: Int?
    /// A replica is there, and nobody says where it is: the schema's owner lacks pg_read_all_stats, or it is away.
    public private(set) var isUndecided = false

    /// `most` bytes behind hold a sweep until half of that is reached. Asks the primary, and `replica` where one is
    /// given: that one must answer, or the sweep waits.
    public init(most: Int, asking replica: PostgresConnection? = nil) {
        self.most = most
        self.replica = replica
    }

    /// One was named, so a retirement must ask it too.
    nonisolated var isDeclared: Bool { replica != nil }

    func isBehind(at position: Int, on primary: PostgresConnection) async -> Bool {
        let shown = try? await askPrimary(primary)
        let declared = await ask(position)
        lag = ((shown ?? []) + [declared]).compactMap { $0 }.max()
        // The one that is named may be one that the primary shows without its place.
        let hidden = shown.map { $0.count { $0 == nil } } ?? 1
        isUndecided = hidden > (declared == nil ? 0 : 1) || isDeclared && declared == nil
        if isDeclared, declared == nil { return true }
        guard let lag else { return false }
        isHeld = lag > (isHeld ? most / 2 : most)
        return isHeld
    }

    /// Nil where none is named, or it does not say.
    private func ask(_ position: Int) async -> Int? {
        let statement = Statement(
            "replay lag", sql: PackageResources.replay_lag_sql, [.int(position)], deadline: .seconds(5),
            idempotent: true)
        return try? await replica?.query(statement).single().optionalInt("behind_bytes").map { max(0, $0) }
    }

    private func askPrimary(_ primary: PostgresConnection) async throws(PostgresError) -> [Int?] {
        let statement = Statement(
            "replicas", sql: PackageResources.replicas_sql, deadline: .seconds(5), idempotent: true)
        return try await primary.query(statement).map { row throws(PostgresError) in
            try row.optionalInt("behind_bytes")
        }
    }
}
