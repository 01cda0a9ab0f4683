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

    /// Nil for a version that no column of this schema holds.
    public var binding: SealBinding? {
        MasterKeyVersion(version).map {
            SealBinding(keyID: id, userID: userID, masterKeyVersion: $0, provider: provider)
        }
    }
}

/// What lies ready to be written: column by column, as the statement takes it.
struct RewrappedKeys: Sendable {
    var ids: [UUID] = []
    var userIDs: [UUID] = []
    var versions: [Int] = []
    /// Of what was read: the write compares them.
    var nonces: [[UInt8]] = []
    var sealed: [[UInt8]] = []

    var count: Int { ids.count }

    mutating func reserveCapacity(_ count: Int) {
        ids.reserveCapacity(count)
        userIDs.reserveCapacity(count)
        versions.reserveCapacity(count)
        nonces.reserveCapacity(count)
        sealed.reserveCapacity(count)
    }

    mutating func append(_ row: KeyRow, _ sealed: [UInt8]) {
        ids.append(row.id)
        userIDs.append(row.userID)
        versions.append(row.version)
        nonces.append(Array(row.sealed[SealedKey.nonceRange]))
        self.sealed.append(sealed)
    }
}

/// A row that does not open, and why, as a plain code.
struct UnreadableRow: Sendable {
    let row: KeyRow
    let reason: String
}

/// Rows read together, and what became of them so far.
struct RowPage: Sendable {
    /// Ascending in the order of reading, over all passes.
    let number: Int
    let rows: [KeyRow]
}

struct RewrappedPage: Sendable {
    let number: Int
    var keys = RewrappedKeys()
    var unreadable: [UnreadableRow] = []

    var count: Int { keys.count + unreadable.count }
}
