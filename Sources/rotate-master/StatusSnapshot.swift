import FoundationEssentials
import Postgres
import System

/// The picture, the last runs, and what stands against the end.
struct StatusSnapshot: Sendable {
    struct PastRun: Sendable {
        let runID: UUID
        let shard: String
        let startedAt: Timestamp
        /// Nil while it goes on, or when it died.
        let finishedAt: Timestamp?
        let exitStatus: Int?
        /// Sorted by name; those that are zero left out.
        let counts: [(name: String, value: Int)]
    }

    let picture: RotationPicture
    let order: DeployOrder
    let runs: [PastRun]
    let obstacles: [RetirementObstacle]

    init(reading connection: PostgresConnection) async throws(PostgresError) {
        self = try await connection.transaction(.snapshot) { transaction throws(PostgresError) in
            try StatusSnapshot(transaction)
        }
    }

    private init(_ transaction: borrowing Transaction) throws(PostgresError) {
        picture = try RotationPicture(transaction)
        order = DeployOrder(picture)
        runs = try RotationPicture.all(
            Statement("status_runs", sql: PackageResources.status_runs_sql), transaction, PastRun.init)
        obstacles =
            order.next == .retire
            ? try picture.previous.first.map { key throws(PostgresError) in
                try RetirementObstacle.all(RetirementTerms(version: key.version), transaction)
            } ?? [] : []
    }
}

extension StatusSnapshot {
    /// One word for where a rotation is.
    enum Phase: String, CaseIterable, Sendable {
        case idle, waiting, sweeping, fenced, proved, verified
    }

    /// `waiting`: a key is registered or current, and its sweep has not begun.
    var phase: Phase {
        guard let rotation = picture.openRotation else { return order.target == nil ? .idle : .waiting }
        if rotation.verification != nil { return .verified }
        if rotation.validation != nil { return .proved }
        return rotation.isFenced ? .fenced : .sweeping
    }
}

extension StatusSnapshot.PastRun {
    fileprivate init(_ row: Row) throws(PostgresError) {
        runID = try row.uuid("run_id")
        shard = try row.text("shard")
        startedAt = try row.timestamp("started_at")
        finishedAt = try row.optionalTimestamp("finished_at")
        exitStatus = try row.optionalInt("exit_status")
        let text = try row.optionalText("counts") ?? "{}"
        let decoded = (try? JSONDecoder().decode([String: Int].self, from: Data(text.utf8))) ?? [:]
        counts = decoded.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
