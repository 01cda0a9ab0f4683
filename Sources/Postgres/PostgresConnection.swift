import System

/// One connection, made when first needed and again after it was lost. Blocks on a thread of its own.
///
/// Works through a transaction-mode pooler: nothing is kept in the session.
public actor PostgresConnection {
    private let settings: ConnectionSettings
    private let executor = QueueExecutor(label: "postgres")
    private var session: Session?

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    /// Does not connect yet.
    public init(_ settings: ConnectionSettings) { self.settings = settings }

    /// Connects now, so that a wrong setting shows before the work begins.
    public func connect() throws(PostgresError) {
        var backoff = Backoff(budget: settings.reconnectBudget)
        _ = try connected(&backoff)
    }

    public func close() { session = nil }

    /// Whether a pooler stands between: then a statement outside a transaction cannot be cancelled,
    /// and after its deadline it may go on in the server for a while. Connects if need be.
    public func isPooled() throws(PostgresError) -> Bool {
        var backoff = Backoff(budget: settings.reconnectBudget)
        return try connected(&backoff).isPooled
    }

    public func query(_ statement: Statement) throws(PostgresError) -> Rows {
        Rows(try run(statement))
    }

    /// The number of rows touched.
    @discardableResult
    public func execute(_ statement: Statement) throws(PostgresError) -> Int {
        try run(statement).affectedRowCount
    }

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// `retrying` is how often the whole body may run again after a serialisation failure, a
    /// deadlock or a lock time-out. A connection lost during the commit is `.commitUnknown`, never retried.
    public func transaction<Result: Sendable, Failure: PostgresFailure>(
        _ mode: TransactionMode = .readWrite, retrying retries: Int = 0,
        _ body: @Sendable (borrowing Transaction) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var backoff = Backoff(budget: settings.reconnectBudget)
        var retriesLeft = retries
        while true {
            let session: Session
            do throws(PostgresError) { session = try begin(mode, &backoff) } catch { throw Failure(error) }
            do throws(Failure) {
                return try attempt(session, body)
            } catch {
                // What counts is what the server said, however the body words it.
                let isFailed = session.transactionFailure?.kind == .retryTransaction
                guard isFailed, retriesLeft > 0, backoff.wait() else { throw error }
                retriesLeft &-= 1
            }
        }
    }

    public func transaction<Result: Sendable>(
        _ mode: TransactionMode = .readWrite, retrying retries: Int = 0,
        _ body: @Sendable (borrowing Transaction) throws(PostgresError) -> Result
    ) throws(PostgresError) -> Result {
        func generic<Failure: PostgresFailure>(
            _ body: @Sendable (borrowing Transaction) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try transaction(mode, retrying: retries, body)
        }
        return try generic(body)
    }

    private func attempt<Result, Failure: PostgresFailure>(
        _ session: Session, _ body: (borrowing Transaction) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let result: Result
        do throws(Failure) {
            result = try body(Transaction(session: session, patience: settings.statementDeadline))
        } catch {
            rollBack(session)
            throw error
        }
        do throws(PostgresError) { try commit(session) } catch { throw Failure(error) }
        return result
    }
}

extension PostgresConnection {
    private func run(_ statement: Statement) throws(PostgresError) -> ResultHandle {
        var backoff = Backoff(budget: settings.reconnectBudget)
        while true {
            let session = try connected(&backoff)
            session.beginTransaction()
            do throws(PostgresError) {
                return try session.run(statement, deadline: deadline(of: statement))
            } catch {
                dropIfUnusable()
                guard self.session == nil, error.leavesOutcomeOpen else { throw error }
                guard statement.isIdempotent else { throw session.mayHaveRun ? error.asUnknownOutcome : error }
                guard error.isLostConnection, backoff.wait() else { throw error }
            }
        }
    }

    private func begin(_ mode: TransactionMode, _ backoff: inout Backoff) throws(PostgresError) -> Session {
        let statement = Statement("begin", sql: mode.rawValue)
        while true {
            let session = try connected(&backoff)
            session.beginTransaction()
            do throws(PostgresError) {
                _ = try session.run(statement, deadline: deadline(of: statement))
                return session
            } catch {
                dropIfUnusable()
                guard error.isLostConnection, backoff.wait() else { throw error }
            }
        }
    }

    private func commit(_ session: Session) throws(PostgresError) {
        let statement = Statement("commit", sql: "COMMIT")
        guard session.isServerThere() else {
            self.session = nil
            throw session.transactionFailure ?? statement.failure(.connectionLost)
        }
        do throws(PostgresError) {
            let result = try session.run(statement, deadline: deadline(of: statement))
            // The body went on after an error; the server then rolls back and reports success.
            guard result.command == "COMMIT" else {
                throw session.transactionFailure ?? statement.failure(.other)
            }
        } catch {
            dropIfUnusable()
            // Nothing said "rolled back", so it may have been committed.
            let isUndecided = self.session == nil && session.mayHaveRun
            throw isUndecided ? error.asUnknownOutcome : error
        }
    }

    private func rollBack(_ session: Session) {
        let statement = Statement("rollback", sql: "ROLLBACK")
        if session.isUsable {
            // Its own failure says nothing new: the connection is dropped, and with it the transaction.
            _ = try? session.run(statement, deadline: Deadline(after: .seconds(5)))
        }
        if !session.isUsable || session.isInTransaction { self.session = nil }
    }

    private func connected(_ backoff: inout Backoff) throws(PostgresError) -> Session {
        if let session, session.isStillThere() { return session }
        session = nil
        while true {
            do throws(PostgresError) {
                let made = try Session.connect(settings, limit: max(.seconds(1), backoff.remaining))
                session = made
                return made
            } catch {
                guard error.kind == .unavailable, backoff.wait() else { throw error }
            }
        }
    }

    private func dropIfUnusable() {
        if session?.isUsable != true { session = nil }
    }

    private func deadline(of statement: Statement) -> Deadline {
        Deadline(after: statement.deadline ?? settings.statementDeadline)
    }
}

extension PostgresError {
    var isLostConnection: Bool { kind == .connectionLost || kind == .unavailable }

    /// What was sent may or may not have been done, where the connection went with it.
    var leavesOutcomeOpen: Bool { isLostConnection || kind == .timeout || kind == .cancelled }

    var asUnknownOutcome: PostgresError {
        PostgresError(.commitUnknown, operation: operation, sqlState: sqlState, name: name, table: table)
    }
}
