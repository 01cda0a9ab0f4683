import Batch
import FoundationEssentials
import Postgres
import Providers
import Vault

/// Puts enrolled keys into the database.
struct KeyStore: Sendable {
    /// What became of a batch.
    struct Added: Sendable {
        let ids: Set<UUID>
        /// Ids that other keys have; their keys were not added.
        let taken: Set<UUID>
    }

    let connection: PostgresConnection
    let version: MasterKeyVersion
    let scanKeyID: String?

    /// In a transaction of its own, before the seals are made.
    func reserveSeals(_ count: Int) async throws(JobFailure) {
        do {
            _ = try await MasterKeyRegister.reserveSeals(count, under: version, on: connection)
        } catch { throw JobFailure(error) }
    }

    /// Adds what is not there, fingerprints included, in one transaction. `verdict` nil leaves the keys unchecked.
    func add(_ keys: [EnrolledKey], verdict: Verdict? = nil) async throws(JobFailure) -> Added {
        do {
            return try await connection.transaction(retrying: 5) { transaction throws(PostgresError) in
                let ids = try insert(keys, verdict, in: transaction)
                try fingerprint(keys.filter { ids.contains($0.id) }, in: transaction)
                let others = keys.filter { !ids.contains($0.id) }
                return Added(ids: ids, taken: others.isEmpty ? [] : try taken(others, in: transaction))
            }
        } catch { throw JobFailure(error) }
    }

    private func insert(
        _ keys: [EnrolledKey], _ verdict: Verdict?, in transaction: borrowing Transaction
    ) throws(PostgresError) -> Set<UUID> {
        let statement = Statement(
            "add_keys", sql: PackageResources.add_keys_sql,
            [
                .uuids(keys.map(\.id)), .uuids(keys.map(\.userID)), .texts(keys.map(\.provider.rawValue)),
                .texts(keys.map(\.label)), .texts(keys.map(\.prefix)), .int(Int(version.rawValue)),
                .byteas(keys.map(\.sealed)), .text(verdict?.rawValue),
            ])
        var ids: Set<UUID> = []
        for row in try transaction.query(statement) { ids.insert(try row.uuid("id")) }
        return ids
    }

    private func fingerprint(
        _ keys: [EnrolledKey], in transaction: borrowing Transaction
    ) throws(PostgresError) {
        let known = keys.filter { $0.windows != nil }
        guard let scanKeyID, !known.isEmpty else { return }
        _ = try transaction.query(
            Statement(
                "put_fingerprints", sql: PackageResources.put_fingerprints_sql,
                [
                    .uuids(known.map(\.id)), .ints(known.map { _ in 1 }), .text(scanKeyID),
                    .byteas(known.map(\.windows)),
                ]))
    }

    private func taken(
        _ keys: [EnrolledKey], in transaction: borrowing Transaction
    ) throws(PostgresError) -> Set<UUID> {
        let statement = Statement(
            "taken_ids", sql: PackageResources.taken_ids_sql,
            [
                .uuids(keys.map(\.id)), .uuids(keys.map(\.userID)), .texts(keys.map(\.provider.rawValue)),
                .texts(keys.map(\.label)),
            ])
        var ids: Set<UUID> = []
        for row in try transaction.query(statement) { ids.insert(try row.uuid("id")) }
        return ids
    }
}
