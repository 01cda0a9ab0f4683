/// Why the database did not do what was asked.
///
/// Only codes and names of database objects: the server's message, detail and context
/// are never read, because they quote rows.
public struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
    public let kind: Kind
    /// The statement's name, or `connect`, `begin`, `commit`, `read column`.
    public let operation: String
    /// Five characters; absent when the error did not come from the server.
    public let sqlState: String?
    /// The constraint, column or setting concerned.
    public let name: String?
    public let table: String?
    /// Only where no connection could be made.
    public let connection: FailedConnection?

    public enum Kind: String, Hashable, Sendable {
        /// The connection broke; what was not committed is undone.
        case connectionLost
        /// No connection could be made within the budget.
        case unavailable
        /// Serialisation failure, deadlock or lock time-out: the same transaction may pass next time.
        case retryTransaction
        /// The statement's deadline or the server's `statement_timeout` ended it.
        case timeout
        /// The calling task was cancelled, and the statement with it.
        case cancelled
        case notPermitted
        case tlsNotVerifiable
        case readOnly
        case constraint
        case syntaxOrSchema
        /// A value that the column's type does not hold (class 22).
        case invalidValue
        /// `RAISE` by the schema's own functions: `sqlState` `BK0xx`.
        case raised
        /// The connection broke after a change was sent: it may have happened or not. Look; never send it again.
        case commitUnknown
        case malformedSettings
        /// A result of another shape than the caller reads: a missing column, another type, a NULL.
        case unexpectedResult
        case other
    }

    public init(
        _ kind: Kind, operation: String, sqlState: String? = nil, name: String? = nil, table: String? = nil,
        connection: FailedConnection? = nil
    ) {
        self.kind = kind
        self.operation = operation
        self.sqlState = sqlState
        self.name = name
        self.table = table
        self.connection = connection
    }

    /// Whether the same work may succeed later without anybody changing anything.
    public var isWorthRetrying: Bool {
        switch kind {
        case .connectionLost, .unavailable, .retryTransaction, .timeout, .cancelled, .commitUnknown: true
        case .notPermitted, .tlsNotVerifiable, .readOnly, .constraint, .syntaxOrSchema, .invalidValue, .raised,
            .malformedSettings, .unexpectedResult, .other:
            false
        }
    }

    public var description: String {
        var text = "\(operation): \(kind.rawValue)"
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let table { text += " table \(table)" }
        if let name { text += " name \(name)" }
        if let connection { text += " \(connection)" }
        return text
    }
}

/// An error that can take a database error in, so that a transaction's body may throw it.
public protocol PostgresFailure: Error {
    init(_ error: PostgresError)
}

extension PostgresError: PostgresFailure {
    public init(_ error: PostgresError) { self = error }
}
