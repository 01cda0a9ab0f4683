import System

/// How a transaction begins.
public enum TransactionMode: String, Sendable {
    /// Read committed; writes unless the role's own default forbids it.
    case readWrite = "BEGIN ISOLATION LEVEL READ COMMITTED"
    case readOnly = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
    case repeatableRead = "BEGIN ISOLATION LEVEL REPEATABLE READ"
    /// One unchanging view of the data for every statement, and no writes.
    case snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    case serializable = "BEGIN ISOLATION LEVEL SERIALIZABLE"
}

/// An open transaction, lent to a synchronous body: it cannot be stored, nested or held over an `await`.
public struct Transaction: ~Copyable {
    let session: Session
    let patience: Duration

    public borrowing func query(_ statement: Statement) throws(PostgresError) -> Rows {
        Rows(try session.run(statement, deadline: Deadline(after: statement.deadline ?? patience)))
    }

    /// The number of rows touched.
    @discardableResult
    public borrowing func execute(_ statement: Statement) throws(PostgresError) -> Int {
        try session.run(statement, deadline: Deadline(after: statement.deadline ?? patience)).affectedRowCount
    }

    /// Runs a text of several statements without parameters, such as a migration; what they answer is dropped.
    public borrowing func run(script: Statement) throws(PostgresError) {
        try session.run(script: script, deadline: Deadline(after: script.deadline ?? patience))
    }

    /// Lends row after row, never holding more than one.
    public borrowing func stream<Failure: PostgresFailure>(
        _ statement: Statement, _ body: (Row) throws(Failure) -> Void
    ) throws(Failure) {
        try session.stream(statement, statement.deadline ?? patience, body)
    }

    public borrowing func stream(
        _ statement: Statement, _ body: (Row) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        try session.stream(statement, statement.deadline ?? patience, body)
    }

    /// `COPY … FROM STDIN`: sends what `next` gives until it gives `nil`. Gives the number of rows stored.
    public borrowing func copyIn<Failure: PostgresFailure>(
        _ statement: Statement, next: () throws(Failure) -> [UInt8]?
    ) throws(Failure) -> Int {
        try session.copyIn(statement, statement.deadline ?? patience, next)
    }

    public borrowing func copyIn(
        _ statement: Statement, next: () throws(PostgresError) -> [UInt8]?
    ) throws(PostgresError) -> Int {
        try session.copyIn(statement, statement.deadline ?? patience, next)
    }

    /// `COPY … TO STDOUT`: lends each row, line end included. Gives the number of rows.
    public borrowing func copyOut<Failure: PostgresFailure>(
        _ statement: Statement, _ body: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        try session.copyOut(statement, statement.deadline ?? patience, body)
    }

    public borrowing func copyOut(
        _ statement: Statement, _ body: (Span<UInt8>) throws(PostgresError) -> Void
    ) throws(PostgresError) -> Int {
        try session.copyOut(statement, statement.deadline ?? patience, body)
    }
}
