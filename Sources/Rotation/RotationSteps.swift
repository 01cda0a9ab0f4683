public import Postgres
public import Vault

/// The steps around a sweep. Those that change the table take it for a moment and rather fail than wait, so that nobody
/// queues behind us; here they are tried again.
public struct RotationSteps: Sendable {
    private let connection: PostgresConnection
    private let hold: SweepContext.Hold
    private let halt: SweepHalt
    private let patience: Duration

    /// `patience` is how long a long transaction of somebody else's is waited for.
    public init(
        on connection: PostgresConnection, _ hold: SweepContext.Hold, _ halt: SweepHalt,
        patience: Duration = .seconds(600)
    ) {
        self.connection = connection
        self.hold = hold
        self.halt = halt
        self.patience = patience
    }

    /// Begins a rotation to the current key, or goes on with the one that is open.
    /// `waiting` hears once that somebody holds the table.
    public func begin(
        _ target: MasterKeyVersion, holdersConfirmed: String?, waiting: () -> Void = {}
    ) async throws(RotationError) -> RotationState {
        try await repeated(
            Statement(
                "begin rotation", sql: PackageResources.begin_rotation_sql,
                [.text(hold.shard), .uuid(hold.token), .int(Int(target.rawValue)), .text(holdersConfirmed)],
                deadline: Self.long, idempotent: true), waiting: waiting
        ) { row throws(PostgresError) in try RotationState(row) }
    }

    /// From here on nothing is sealed under another key. False while another shard is not swept.
    public func fence(_ context: SweepContext) async throws(RotationError) -> Bool {
        try await repeated(step("fence rotation", PackageResources.fence_rotation_sql, context), in: context) {
            row throws(PostgresError) in try row.bool("done")
        }
    }

    /// Lays down that no key is under another one. False while one is.
    public func stateEnd(_ context: SweepContext) async throws(RotationError) -> Bool {
        try await repeated(step("state rotation end", PackageResources.state_rotation_end_sql, context), in: context) {
            row throws(PostgresError) in try row.bool("done")
        }
    }

    /// Has the database prove it. False where a key came in under another one before it was laid down.
    public func proveEnd(_ context: SweepContext) async throws(RotationError) -> Bool {
        do throws(RotationError) {
            return try await repeated(
                step("prove rotation end", PackageResources.prove_rotation_end_sql, context), in: context
            ) { row throws(PostgresError) in try row.bool("done") }
        } catch {
            guard case .database(let fault) = error, fault.sqlState == "23514" else { throw error }
            return false
        }
    }

    /// Of this database, where one is open.
    public static func open(on connection: PostgresConnection) async throws(RotationError) -> RotationState? {
        do throws(PostgresError) {
            let statement = Statement("open rotation", sql: PackageResources.open_rotation_sql, idempotent: true)
            return try await connection.query(statement).first.map { row throws(PostgresError) in
                try RotationState(row)
            }
        } catch {
            throw RotationError(error)
        }
    }

    /// Reads the whole table.
    private static let long: Duration = .seconds(15 * 60)

    private func step(_ name: StaticString, _ sql: [UInt8], _ context: SweepContext) -> Statement {
        Statement(
            name, sql: sql, [.text(hold.shard), .uuid(hold.token), .int(context.rotationID)], deadline: Self.long,
            idempotent: true)
    }

    /// What holds the sweep holds these steps too.
    private func repeated<Value>(
        _ statement: Statement, in context: SweepContext? = nil, waiting: () -> Void = {},
        _ read: (Row) throws(PostgresError) -> Value
    ) async throws(RotationError) -> Value {
        var end = ContinuousClock.now + patience
        var pause: Duration = .milliseconds(200)
        var isFirst = true
        defer { context?.tally.wait(for: nil) }
        while true {
            let asked = ContinuousClock.now
            if let context, await !context.gate.pass(halt, context.tally) { throw .interrupted }
            // What the gate waited for is not the table.
            end += asked.duration(to: .now)
            do throws(PostgresError) {
                return try read(try await connection.query(statement).single())
            } catch {
                guard error.kind == .retryTransaction else { throw RotationError(error) }
                guard ContinuousClock.now < end else { throw .tableInUse }
                context?.tally.wait(for: .fence)
                if isFirst { waiting() }
                isFirst = false
                guard await halt.sleep(for: pause) else { throw .interrupted }
                pause = min(pause * 1.5, .seconds(5))
            }
        }
    }
}
