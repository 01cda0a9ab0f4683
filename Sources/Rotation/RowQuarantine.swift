public import FoundationEssentials
public import Postgres

/// A row that does not open, with what is needed to set exactly these bytes aside.
public struct UnreadableRow: Sendable {
    public let keyID: UUID
    public let version: Int
    public let sealed: [UInt8]
    /// A plain code.
    public let reason: String

    public init(keyID: UUID, version: Int, sealed: [UInt8], reason: String) {
        self.keyID = keyID
        self.version = version
        self.sealed = sealed
        self.reason = reason
    }
}

/// Sets rows aside by compare-and-set on the very bytes that did not open; none is ever overwritten.
public struct RowQuarantine: Sendable {
    public enum Outcome: String, Sendable { case quarantined, changed, deleted }

    private let hold: SweepContext.Hold
    private let rotationID: Int

    public init(_ hold: SweepContext.Hold, rotationID: Int) {
        self.hold = hold
        self.rotationID = rotationID
    }

    /// `opened` are the rows that this run opened so far: SQLSTATE BK006 where too many of them do not.
    public func take(
        _ row: UnreadableRow, opened: Int, on connection: PostgresConnection
    ) async throws(PostgresError) -> Outcome {
        let statement = Statement(
            "quarantine row", sql: PackageResources.quarantine_row_sql,
            [
                .text(hold.shard), .uuid(hold.token), .int(rotationID), .uuid(row.keyID), .int(row.version),
                .bytes(row.sealed), .text(row.reason), .int(opened),
            ], idempotent: true)
        guard let outcome = Outcome(rawValue: try await connection.query(statement).single().text("outcome")) else {
            throw PostgresError(.unexpectedResult, operation: "quarantine row", name: "outcome")
        }
        return outcome
    }
}
