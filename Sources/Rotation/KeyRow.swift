public import FoundationEssentials
internal import Postgres
public import Vault

/// A stored key as a sweep reads it.
public struct KeyRow: Sendable {
    public let id: UUID
    public let userID: UUID
    public let provider: String
    public let version: Int
    public let sealed: [UInt8]

    init(_ row: Row) throws(PostgresError) {
        id = try row.uuid("id")
        userID = try row.uuid("user_id")
        provider = try row.text("provider")
        version = try row.int("master_key_version")
        sealed = try row.bytes("sealed")
    }

    func unreadable(_ reason: String) -> UnreadableRow {
        UnreadableRow(keyID: id, version: version, sealed: sealed, reason: reason)
    }

    /// Nil for a version that no column of this schema holds.
    public var binding: SealBinding? {
        MasterKeyVersion(version).map {
            SealBinding(keyID: id, userID: userID, masterKeyVersion: $0, provider: provider)
        }
    }
}

/// Rows read together, and what became of them so far.
struct RowPage: Sendable {
    /// Ascending in the order of reading, over all passes.
    let number: Int
    let rows: [KeyRow]
}
