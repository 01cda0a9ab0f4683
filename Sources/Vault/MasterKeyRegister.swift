public import Postgres

/// The database's word on master keys, compared with the keyring before a row is touched.
public struct MasterKeyRegister: Sendable {
    /// The version that new rows are sealed under.
    public let current: MasterKeyVersion

    /// Reads `byok.master_keys` and proves every key of the keyring that is registered there.
    ///
    /// Throws unless there is a current version and the keyring holds it.
    public init(proving keyring: Keyring, on connection: PostgresConnection) async throws(VaultError) {
        let rows: [Registered]
        do {
            let statement = Statement("registered_master_keys", sql: PackageResources.registered_master_keys_sql, [])
            rows = try await connection.query(statement).map { row throws(PostgresError) in try Registered(row) }
        } catch {
            throw .database(error)
        }
        var current: MasterKeyVersion?
        for row in rows {
            guard let version = MasterKeyVersion(row.version) else { continue }
            if row.isCurrent { current = version }
            guard let key = keyring[version] else { continue }
            let stored = row.checkValue
            guard key.isProved(by: stored.span) else { throw .wrongMasterKey(version) }
        }
        guard let current else { throw .noCurrentMasterKey }
        guard keyring[current] != nil else { throw .unknownMasterKeyVersion(current) }
        self.current = current
    }

    /// Books seals before they are made, in a transaction of its own; they are never given back.
    ///
    /// Answers how many were ever booked for that version, these included.
    public static func reserveSeals(
        _ count: Int, under version: MasterKeyVersion, on connection: PostgresConnection
    ) async throws(VaultError) -> Int {
        do {
            let parameters: [Parameter] = [.int(Int(version.rawValue)), .int(count)]
            let statement = Statement("reserve_seals", sql: PackageResources.reserve_seals_sql, parameters)
            return try await connection.query(statement).single().int("booked")
        } catch {
            throw error.sqlState == "BK003" ? .noSealsLeft(version) : .database(error)
        }
    }
}

private struct Registered {
    let version: Int
    let isCurrent: Bool
    let checkValue: [UInt8]

    init(_ row: Row) throws(PostgresError) {
        version = try row.int("version")
        isCurrent = try row.text("state") == "current"
        checkValue = try row.bytes("check_value")
    }
}
