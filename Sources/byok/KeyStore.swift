import Batch
import FoundationEssentials
import KeySettings
import Postgres
import Providers
import System
import Vault

/// Puts enrolled keys into the database.
struct KeyStore: Sendable {
    /// What became of a batch.
    struct Added: Sendable {
        var ids: Set<UUID> = []
        /// Ids that other keys have; their keys were not added.
        var taken: Set<UUID> = []
    }

    let connection: PostgresConnection
    /// For the bookings of seals: another connection, so that they wait for no batch.
    let bookings: PostgresConnection
    let version: MasterKeyVersion
    let scanKeyID: String?
    /// How long to go on after a connection broke.
    let patience: Duration

    /// In a transaction of its own, before the seals are made. Where its connection breaks they may be booked twice.
    func reserveSeals(_ count: Int) async throws(JobFailure) {
        var endurance = Endurance(patience)
        while true {
            do throws(VaultError) {
                _ = try await MasterKeyRegister.reserveSeals(count, under: version, on: bookings)
                return
            } catch {
                guard case .database(let fault) = error, await endurance.goesOn(after: fault) else {
                    throw JobFailure(error)
                }
            }
        }
    }

    /// Adds what is not there, fingerprints included, in one transaction. `verdict` nil leaves the keys unchecked.
    ///
    /// A batch whose connection broke is sent again: what it left is found by its ids.
    func add(_ keys: [EnrolledKey], verdict: Verdict? = nil) async throws(JobFailure) -> Added {
        var endurance = Endurance(patience)
        var mayBeThere = false
        while true {
            do throws(PostgresError) {
                return try await attempt(keys, verdict, mayBeThere)
            } catch {
                guard await endurance.goesOn(after: error) else { throw JobFailure(error) }
                mayBeThere = mayBeThere || error.kind == .commitUnknown
            }
        }
    }

    /// What `add` would do, without doing it.
    func known(_ keys: [EnrolledKey]) async throws(JobFailure) -> KnownKeys {
        do {
            return try await connection.transaction(.readOnly) { transaction throws(PostgresError) in
                try known(keys, in: transaction)
            }
        } catch { throw JobFailure(error) }
    }

    private func attempt(
        _ keys: [EnrolledKey], _ verdict: Verdict?, _ mayBeThere: Bool
    ) async throws(PostgresError) -> Added {
        try await connection.transaction(retrying: 5) { transaction throws(PostgresError) in
            var added = Added(ids: try insert(keys, verdict, in: transaction))
            try fingerprint(keys.filter { added.ids.contains($0.id) }, in: transaction)
            let others = keys.filter { !added.ids.contains($0.id) }
            guard !others.isEmpty else { return added }
            let known = try known(others, in: transaction)
            added.taken = known.taken
            guard mayBeThere else { return added }
            for key in others where key.hasNewID && known.byID.contains(key.id) { added.ids.insert(key.id) }
            return added
        }
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

    private func known(
        _ keys: [EnrolledKey], in transaction: borrowing Transaction
    ) throws(PostgresError) -> KnownKeys {
        let statement = Statement(
            "known_keys", sql: PackageResources.known_keys_sql,
            [
                .uuids(keys.map(\.id)), .uuids(keys.map(\.userID)), .texts(keys.map(\.provider.rawValue)),
                .texts(keys.map(\.label)),
            ])
        var known = KnownKeys()
        for row in try transaction.query(statement) {
            let id = try row.uuid("id")
            known.ids.insert(id)
            if try row.bool("by_id") { known.byID.insert(id) }
            if try row.bool("taken") { known.taken.insert(id) }
        }
        return known
    }
}

/// Bears broken connections for a time that begins with the first of them.
private struct Endurance {
    private let patience: Duration
    private var deadline: Deadline?

    init(_ patience: Duration) { self.patience = patience }

    /// Waits a little, then true; at once false for another fault and when the time is over.
    mutating func goesOn(after error: PostgresError) async -> Bool {
        let end = deadline ?? Deadline(after: patience)
        deadline = end
        guard error.kind == .connectionLost || error.kind == .commitUnknown, !end.hasPassed else { return false }
        try? await Task.sleep(for: .milliseconds(Int.random(in: 50...500)))
        return true
    }
}
