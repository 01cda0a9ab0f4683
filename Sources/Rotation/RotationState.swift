internal import Postgres
public import System
public import Vault

/// What a run must know of the rotation that is open; the database knows more of it.
public struct RotationState: Sendable {
    public let id: Int
    public let target: MasterKeyVersion
    /// The operator's words, where not every reader was seen with the key.
    public let holdersConfirmed: String?
    /// When the database proved its end. It may not hold any more: the constraint tells.
    public let provedAt: Timestamp?
    public let isVerified: Bool

    init(_ row: Row) throws(PostgresError) {
        id = try row.int("id")
        guard let target = MasterKeyVersion(try row.int("target")) else {
            throw PostgresError(.unexpectedResult, operation: "read rotation", name: "target")
        }
        self.target = target
        holdersConfirmed = try row.optionalText("holders_confirmed")
        provedAt = try row.optionalTimestamp("validated_at")
        isVerified = try row.bool("is_verified")
    }
}
