public import Postgres

/// The connections of a job: pages and reports are read on one, results are written on another, and the lease is
/// renewed on a third, so that none waits for the others.
public struct Database: Sendable {
    public let reader: PostgresConnection
    public let writer: PostgresConnection
    public let keeper: PostgresConnection

    /// Not connected yet. `application` is what the server shows, such as `byok/revalidate`.
    public init(_ flags: DatabaseFlags, for application: String) throws(JobFailure) {
        let settings = try flags.settings(for: application)
        reader = PostgresConnection(settings)
        writer = PostgresConnection(settings)
        keeper = PostgresConnection(settings)
    }

    /// Connects the reader now, so that a wrong setting shows before the work begins.
    public func connect() async throws(JobFailure) {
        do throws(PostgresError) { try await reader.connect() } catch { throw JobFailure(error) }
    }

    /// See ``PostgresConnection/read(_:)``.
    public func read(_ statement: Statement) async throws(JobFailure) -> Rows { try await reader.read(statement) }

    /// See ``PostgresConnection/write(_:)``.
    public func write(_ statement: Statement) async throws(JobFailure) -> Rows { try await writer.write(statement) }

    /// See ``PostgresConnection/writeUnlessLocked(_:attempts:)``.
    public func writeUnlessLocked(_ statement: Statement, attempts: Int = 2) async throws(JobFailure) -> Rows? {
        try await writer.writeUnlessLocked(statement, attempts: attempts)
    }

    /// Reads results; what cannot be read comes from a schema that is not ours.
    public static func reading<Value>(_ body: () throws(PostgresError) -> Value) throws(JobFailure) -> Value {
        do throws(PostgresError) { return try body() } catch { throw JobFailure(error) }
    }
}
