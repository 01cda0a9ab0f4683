import Postgres

/// Whether the server has enough to do without the sweep. Two limits, so that a sweep does not stop and go every second.
public struct ServerHealth: Sendable {
    private let mostWAL: Int
    private let mindsAutovacuum: Bool
    private var held: WaitReason?
    private var vacuumSeen: ContinuousClock.Instant?

    /// One against wraparound may go on for hours, and is in nobody's way.
    private static let vacuumPatience: Duration = .seconds(60)

    /// `mostWAL` bytes that wait for the archive or are kept for a slot hold a sweep until half of that is reached.
    public init(mostWAL: Int, mindsAutovacuum: Bool) {
        self.mostWAL = mostWAL
        self.mindsAutovacuum = mindsAutovacuum
    }

    /// What the server says of itself.
    struct Answer: Sendable {
        let archiveBytes: Int?
        let slotBytes: Int?
        let isVacuumed: Bool

        init(on connection: PostgresConnection) async throws(PostgresError) {
            let statement = Statement(
                "server health", sql: PackageResources.server_health_sql, deadline: .seconds(5), idempotent: true)
            let row = try await connection.query(statement).single()
            archiveBytes = try row.optionalInt("archive_bytes")
            slotBytes = try row.optionalInt("slot_bytes")
            isVacuumed = try row.bool("is_vacuumed")
        }
    }

    /// What a sweep has to wait for. Where the server does not answer, what it said last holds.
    mutating func reasonToWait(_ answer: Answer?) -> WaitReason? {
        if let answer {
            held = isOver(answer.archiveBytes, .archive) ? .archive : isOver(answer.slotBytes, .slot) ? .slot : nil
        }
        return isVacuumInTheWay(answer?.isVacuumed ?? (vacuumSeen != nil)) ? held ?? .autovacuum : held
    }

    private func isOver(_ bytes: Int?, _ reason: WaitReason) -> Bool {
        (bytes ?? 0) > (held == reason ? mostWAL / 2 : mostWAL)
    }

    private mutating func isVacuumInTheWay(_ isSeen: Bool) -> Bool {
        guard mindsAutovacuum, isSeen else {
            vacuumSeen = nil
            return false
        }
        let now = ContinuousClock.now
        vacuumSeen = vacuumSeen ?? now
        return vacuumSeen.map { now - $0 < Self.vacuumPatience } ?? false
    }
}
