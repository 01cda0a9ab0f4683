import Batch
import Postgres
import Rotation
import System
import Vault

/// What must hold before a single row is opened.
struct Preflight: Sendable {
    /// The last migration that this program's statements need; later numbers may be another job's.
    static let neededMigration = 51

    /// The database's `now()` when the run began.
    let now: Timestamp
    let target: MasterKeyVersion
    let census: Census
    /// The rotation that is open, whatever its target.
    let open: RotationState?
    /// Nothing is sealed under another key than the target.
    let isFenced: Bool
    /// The constraint that proves it stands.
    let isProved: Bool
    /// A key waits for its retirement, which needs the proof of a rotation.
    let hasPrevious: Bool

    static func pass(
        _ settings: RotateSettings, _ keyring: Keyring, _ database: Database, _ log: Log
    ) async throws(JobFailure) -> Preflight {
        try await database.connect()
        let now = try await checkInstallation(database)
        let census = try await database.read(Queries.sealedVersions(settings.shard.range)) {
            rows throws(PostgresError) in try Census(rows)
        }
        try expectEveryKeyInSight(census)
        let target = try await target(settings, keyring, database)
        try expectDifferentKeys(keyring)
        try expectKeys(for: census, in: keyring)
        let known = try await database.read(Queries.target(target)) { rows throws(PostgresError) in
            let row = try rows.single()
            return (
                sealed: try row.int("sealed_count"), isFenced: try row.bool("is_fenced"),
                isProved: try row.bool("is_proved"), hasPrevious: try row.bool("has_previous")
            )
        }
        try expectSeals(known.sealed, for: census.rest(target), under: target, log)
        let open: RotationState?
        do { open = try await RotationSteps.open(on: database.desk) } catch { throw JobFailure(error) }
        let preflight = Preflight(
            now: now, target: target, census: census, open: open, isFenced: known.isFenced, isProved: known.isProved,
            hasPrevious: known.hasPrevious)
        if settings.holdersConfirmed == nil, open?.holdersConfirmed == nil || open?.target != target {
            try await preflight.expectReaders(database)
        }
        return preflight
    }

    private static func checkInstallation(_ database: Database) async throws(JobFailure) -> Timestamp {
        let found = try await database.read(Queries.installation) { rows throws(PostgresError) in
            let row = try rows.single()
            return (
                now: try row.timestamp("now"), isInstalled: try row.bool("is_installed"),
                pausedAt: try row.optionalTimestamp("paused_at"), pausesAll: try row.optionalBool("pauses_all") ?? false
            )
        }
        guard found.isInstalled else {
            throw JobFailure(
                .misconfigured, "the schema is older than migration \(neededMigration)",
                next: "bring it up to date with byok migrate")
        }
        if let pausedAt = found.pausedAt {
            let job: StaticString = found.pausesAll ? "*" : "rotate-master"
            throw JobFailure(
                .stopped,
                "\(found.pausesAll ? "every job" as StaticString : "rotate-master") is paused since \(pausedAt)",
                next: "as byok_operator: select byok.resume('\(job)', '<reason>')")
        }
        return found.now
    }

    /// Keys that row security hides would stay behind, and the run would call that a success.
    private static func expectEveryKeyInSight(_ census: Census) throws(JobFailure) {
        guard census.seen == census.stored else {
            throw JobFailure(
                .notPermitted, "row security shows \(census.seen, as: "seen") of \(census.stored, as: "stored") keys",
                next: "run jobs/sql/roles.sql and take restrictive policies off byok.api_keys; nothing was opened")
        }
    }

    /// Proves every configured key too.
    private static func target(
        _ settings: RotateSettings, _ keyring: Keyring, _ database: Database
    ) async throws(JobFailure) -> MasterKeyVersion {
        let current: MasterKeyVersion
        do {
            current = try await MasterKeyRegister(proving: keyring, on: database.desk).current
        } catch {
            throw JobFailure(error)
        }
        guard let wanted = settings.target, wanted != current else { return current }
        guard keyring[wanted] != nil else { throw JobFailure(.unknownMasterKeyVersion(wanted)) }
        let state = try await database.read(Queries.target(wanted)) { rows throws(PostgresError) in
            try rows.first?.text("state")
        }
        switch state {
        case nil:
            throw JobFailure(
                .misconfigured, "master key \(wanted.rawValue) is not registered",
                next: "as byok_operator: byok master-keys register, then byok master-keys set-current")
        case "retired":
            throw JobFailure(
                .misconfigured, "master key \(wanted.rawValue) is retired",
                next: "make a new one: byok master-keys generate")
        default:
            throw JobFailure(
                .misconfigured, "master key \(current.rawValue) is current, not \(wanted.rawValue)",
                next: """
                    as byok_operator: byok master-keys set-current --key-version \(wanted.rawValue) --reason "…", then \
                    this again
                    """)
        }
    }

    /// Sealing anew under the same key protects nothing.
    private static func expectDifferentKeys(_ keyring: Keyring) throws(JobFailure) {
        let keys = keyring.versions.compactMap { keyring[$0] }
        for (index, key) in keys.enumerated() {
            guard let twin = keys[..<index].first(where: { $0.isSameKey(as: key) }) else { continue }
            throw JobFailure(
                .misconfigured,
                "master keys \(twin.version.rawValue) and \(key.version.rawValue) are the same 32 bytes",
                next: "make another one: byok master-keys generate; nothing was opened")
        }
    }

    private static func expectKeys(for census: Census, in keyring: Keyring) throws(JobFailure) {
        var list: LogMessage = ""
        for line in census.lines where line.readable > 0 {
            if MasterKeyVersion(line.version).map({ keyring[$0] != nil }) ?? false { continue }
            let separator: StaticString = list.text.isEmpty ? "" : ", "
            list = "\(list)\(separator)version \(line.version) (\(line.readable) keys)"
        }
        guard list.text.isEmpty else {
            throw JobFailure(
                .misconfigured, "keys are sealed under master keys that BYOK_MASTER_KEYS does not have: \(list)",
                next: "add them; nothing was opened")
        }
    }

    private static func expectSeals(
        _ sealed: Int, for rows: Int, under target: MasterKeyVersion, _ log: Log
    ) throws(JobFailure) {
        guard sealed + rows <= MasterKeyEntry.sealLimit else {
            throw JobFailure(
                .misconfigured, "master key \(target.rawValue) may not seal \(rows) keys more",
                next: "make a new one: byok master-keys generate; nothing was opened")
        }
        if sealed + rows > MasterKeyEntry.sealWarning {
            log.warning(
                "seals_half_used",
                "master key \(target.rawValue, as: "version") has sealed \(sealed, as: "sealed") of 2^32")
        }
    }

    private func expectReaders(_ database: Database) async throws(JobFailure) {
        let readers = try await database.read(Queries.readersWithout(target)) { rows throws(PostgresError) in
            try rows.map { row throws(PostgresError) in try row.text("process") }
        }
        guard !readers.isEmpty else { return }
        throw JobFailure.lackingReaders(readers, target)
    }
}
