internal import FoundationEssentials
public import Postgres

/// Looks after a sweep once a second: says where it stands, and holds it while it is paused, replicas are behind, or the
/// server has enough to do.
public actor SweepWatch {
    /// What was seen beside the counts, for the report.
    public struct Sight: Sendable {
        /// Written by the server while the sweep went on, other sessions' writes included.
        public internal(set) var walBytes = 0
        public internal(set) var rowsPerSecond = 0.0
        /// A replica is there, and nobody says where it is.
        public internal(set) var hasUndecidedReplica = false
    }

    private let connection: PostgresConnection
    private let context: SweepContext
    private let before: ShardProgress
    private let total: Int
    private let replicas: ReplicaWatch
    private var health: ServerHealth
    private let told: @Sendable (Tally.Standing, Sight) -> Void
    private var lastWAL: Int?
    private var lastLook: (at: ContinuousClock.Instant, rotated: Int)?
    private var isSwept = false
    public private(set) var sight = Sight()

    /// `connection` is used for this alone. `total` is how many keys were left when the run began. `told` hears of each
    /// look.
    public init(
        _ context: SweepContext, on connection: PostgresConnection, after before: ShardProgress, total: Int,
        _ replicas: ReplicaWatch, _ health: ServerHealth,
        _ told: @escaping @Sendable (Tally.Standing, Sight) -> Void = { _, _ in }
    ) {
        self.context = context
        self.connection = connection
        self.before = before
        self.total = total
        self.replicas = replicas
        self.health = health
        self.told = told
    }

    /// Until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            await look()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// A whole pass is through. The last look before the run ends calls it too.
    public func markSwept() async throws(RotationError) {
        isSwept = true
        _ = try await note()
    }

    private func look() async {
        do throws(RotationError) {
            let (isPaused, wal) = try await note()
            let isBehind = await measureReplicas(at: wal)
            let load = health.reasonToWait(try? await ServerHealth.Answer(on: connection))
            context.gate.set(isPaused ? .pause : isBehind ? .replica : load)
            told(context.tally.now, sight)
        } catch .database(let error) where error.isWorthRetrying {
            // The writers meet the same database, and decide.
        } catch {
            context.halt.fail(error)
        }
    }

    /// Also at the end of a run, so that the next one begins where this one ended.
    @discardableResult
    public func note() async throws(RotationError) -> (isPaused: Bool, wal: Int) {
        do throws(PostgresError) {
            let row = try await connection.query(.note(json(), context)).single()
            let wal = try row.int("wal_position")
            if let lastWAL { sight.walBytes += max(0, wal - lastWAL) }
            lastWAL = wal
            return (try row.optionalText("pause_reason") != nil, wal)
        } catch {
            throw RotationError(error)
        }
    }

    private func measureReplicas(at wal: Int) async -> Bool {
        let isBehind = await replicas.isBehind(at: wal, on: connection)
        let lag = await replicas.lag
        sight.hasUndecidedReplica = await replicas.isUndecided
        context.tally.change { $0.replicaLag = lag }
        return isBehind
    }

    private func json() -> String {
        let standing = context.tally.now
        let counts = standing.counts
        measureRate(counts.rotated)
        let fields: [(String, String?)] = [
            ("run_id", "\"\(context.runID.uuidString)\""),
            ("cursor", standing.cursor.map { "\"\($0.uuidString)\"" }),
            ("pass", "\(standing.pass)"), ("total", "\(max(before.total, total))"),
            ("rotated", "\(before.rotated + counts.rotated)"), ("changed", "\(before.changed + counts.changed)"),
            ("deleted", "\(before.deleted + counts.deleted)"),
            ("quarantined", "\(before.quarantined + counts.quarantined)"),
            ("heap_only", "\(before.heapOnly + counts.heapOnly)"), ("wal_bytes", "\(before.walBytes + sight.walBytes)"),
            ("batch_size", standing.batchSize > 0 ? "\(standing.batchSize)" : nil),
            ("statement_microseconds", "\(Int(standing.statementTime / .microseconds(1)))"),
            ("rows_per_second", "\(sight.rowsPerSecond)"),
            ("replica_lag_bytes", standing.replicaLag.map { "\($0)" }),
            ("waiting_for", standing.waitingFor.map { "\"\($0.rawValue)\"" }),
            ("swept_at", isSwept ? "\"now\"" : nil), ("declares_replica", "\(replicas.isDeclared)"),
        ]
        return "{" + fields.map { "\"\($0)\":\($1 ?? "null")" }.joined(separator: ",") + "}"
    }

    private func measureRate(_ rotated: Int) {
        let now = ContinuousClock.now
        defer { lastLook = (now, rotated) }
        guard let lastLook, now > lastLook.at else { return }
        let rate = Double(rotated - lastLook.rotated) / (lastLook.at.duration(to: now) / .seconds(1))
        sight.rowsPerSecond = sight.rowsPerSecond == 0 ? rate : sight.rowsPerSecond * 0.7 + rate * 0.3
    }
}
