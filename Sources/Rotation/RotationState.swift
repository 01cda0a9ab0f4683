internal import FoundationEssentials
public import Postgres
public import System
public import Vault

/// A rotation as the database knows it: its steps, which no row of a key tells.
public struct RotationState: Sendable {
    public struct Proof: Sendable, Equatable {
        public let at: Timestamp
        /// Keys under the target.
        public let rows: Int
        /// Keys left behind, all of them quarantined.
        public let quarantined: Int
    }

    public let id: Int
    public let target: MasterKeyVersion
    public let startedAt: Timestamp
    public let startedBy: String
    /// The operator's words, where not every reader was seen with the key.
    public let holdersConfirmed: String?
    /// Keys by version when it began.
    public let keysBefore: [MasterKeyVersion: Int]
    /// Rows that it set aside.
    public let quarantined: Int
    public let fencedAt: Timestamp?
    public let validated: Proof?
    /// Where a replica must be to have seen every change.
    public let lastLSN: String?
    public let verified: Proof?
    public let finishedAt: Timestamp?
    public let endedAs: String?

    public init(_ row: Row) throws(PostgresError) {
        id = try row.int("id")
        guard let target = MasterKeyVersion(try row.int("target")) else {
            throw PostgresError(.unexpectedResult, operation: "read rotation", name: "target")
        }
        self.target = target
        startedAt = try row.timestamp("started_at")
        startedBy = try row.text("started_by")
        holdersConfirmed = try row.optionalText("holders_confirmed")
        keysBefore = try Self.counts(row)
        quarantined = try row.int("quarantined")
        fencedAt = try row.optionalTimestamp("fenced_at")
        validated = try Self.proof("validated", row)
        lastLSN = try row.optionalText("last_lsn")
        verified = try Self.proof("verified", row)
        finishedAt = try row.optionalTimestamp("finished_at")
        endedAs = try row.optionalText("ended_as")
    }

    private static func proof(_ name: String, _ row: Row) throws(PostgresError) -> Proof? {
        guard let at = try row.optionalTimestamp(name + "_at") else { return nil }
        return Proof(at: at, rows: try row.int(name + "_rows"), quarantined: try row.int(name + "_quarantined"))
    }

    private static func counts(_ row: Row) throws(PostgresError) -> [MasterKeyVersion: Int] {
        let text = try row.text("keys_before")
        guard let counts = try? JSONDecoder().decode([String: Int].self, from: Data(text.utf8)) else {
            throw PostgresError(.unexpectedResult, operation: "read rotation", name: "keys_before")
        }
        var result: [MasterKeyVersion: Int] = [:]
        for (version, keys) in counts { Int(version).flatMap { MasterKeyVersion($0) }.map { result[$0] = keys } }
        return result
    }
}
