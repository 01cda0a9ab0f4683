import FoundationEssentials
import Postgres
import Providers
import System
import Vault

/// A key whose look is due, still sealed.
struct DueKey: Sendable {
    let id: UUID
    let revision: Int
    let provider: Provider
    let sealed: [UInt8]
    /// Nil for a version that no keyring can hold.
    let binding: SealBinding?
    let dueAt: Timestamp
    let firstRefusedAt: Timestamp?
    /// What the stored fingerprint was made of and with; nil where there is none.
    let fingerprintRevision: Int?
    let scanKeyID: String?

    init(_ row: Row, provider: Provider) throws(PostgresError) {
        id = try row.uuid("id")
        revision = try row.int("key_revision")
        self.provider = provider
        sealed = try row.bytes("sealed")
        let userID = try row.uuid("user_id")
        let keyID = id
        binding = MasterKeyVersion(try row.int("master_key_version")).map {
            SealBinding(keyID: keyID, userID: userID, masterKeyVersion: $0, provider: provider.rawValue)
        }
        dueAt = try row.timestamp("next_check_at")
        firstRefusedAt = try row.optionalTimestamp("first_refused_at")
        fingerprintRevision = try row.optionalInt("fingerprint_revision")
        scanKeyID = try row.optionalText("scan_key_id")
    }
}
