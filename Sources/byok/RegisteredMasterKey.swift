import Batch
import KeySettings
import Postgres
import Vault

/// A master key as the database knows it, beside the one configured here.
struct RegisteredMasterKey: Sendable {
    /// Whether this process was given the key.
    enum Held: String, Sendable {
        case configured
        case missing
        /// Another key under the same number.
        case wrong
    }

    let version: Int
    /// Nil for a version that rows name and nobody registered.
    let state: String?
    let sealedCount: Int
    let keyCount: Int
    let held: Held

    static func all(_ connection: PostgresConnection, _ keyring: Keyring?) async throws(JobFailure) -> [Self] {
        do {
            return try await connection.query(
                Statement("master_keys", sql: PackageResources.master_keys_sql, idempotent: true)
            ).map { row throws(PostgresError) in try Self(row, keyring) }
        } catch { throw JobFailure(error) }
    }

    private init(_ row: Row, _ keyring: Keyring?) throws(PostgresError) {
        version = try row.int("version")
        state = try row.optionalText("state")
        sealedCount = try row.int("sealed_count")
        keyCount = try row.int("keys")
        let checkValue = try row.optionalBytes("check_value")
        let key = MasterKeyVersion(version).flatMap { keyring?[$0] }
        held = Self.held(key, checkValue)
    }

    private static func held(_ key: MasterKey?, _ checkValue: [UInt8]?) -> Held {
        guard let key else { return .missing }
        guard let checkValue else { return .configured }
        return key.isProved(by: checkValue.span) ? .configured : .wrong
    }

    static func fail(on wrong: Self) -> JobFailure {
        guard let version = MasterKeyVersion(wrong.version) else {
            return JobFailure(.broken, "a master key has an impossible number", next: "report this")
        }
        return JobFailure(.wrongMasterKey(version))
    }
}
