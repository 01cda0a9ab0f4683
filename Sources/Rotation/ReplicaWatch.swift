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

    /// `most` bytes behind hold a sweep until half of that is reached. Asks the primary, or `replica` where one is given:
    /// that one must answer, or the sweep waits.
    public init(most: Int, asking replica: PostgresConnection? = nil) {
        self.most = most
        self.replica = replica
    }

    func isBehind(at position: Int, on primary: PostgresConnection) async -> Bool {
        do throws(PostgresError) {
            if let replica { try await ask(replica, position) } else { try await askPrimary(primary) }
        } catch {
            lag = nil
            isUndecided = true
        }
        guard let lag else { return isUndecided && replica != nil }
        isHeld = lag > (isHeld ? most / 2 : most)
        return isHeld
    }

    private func ask(_ replica: PostgresConnection, _ position: Int) async throws(PostgresError) {
        let statement = Statement(
            "replay lag", sql: PackageResources.replay_lag_sql, [.int(position)], deadline: .seconds(5),
            idempotent: true)
        lag = try await replica.query(statement).single().optionalInt("behind_bytes").map { max(0, $0) }
        isUndecided = lag == nil
    }

    private func askPrimary(_ primary: PostgresConnection) async throws(PostgresError) {
        let statement = Statement(
            "replicas", sql: PackageResources.replicas_sql, deadline: .seconds(5), idempotent: true)
        let lags = try await primary.query(statement).map { row throws(PostgresError) in
            try row.optionalInt("behind_bytes")
        }
        lag = lags.compactMap { $0 }.max()
        isUndecided = lags.contains(nil)
    }
}
