import Batch
import KeySettings
import Postgres
import Providers
import System
import Vault

/// What must hold before a single row is opened, and what is due.
struct Preflight: Sendable {
    /// The migration that this program's statements need.
    static let neededMigration = 20

    /// The database's `now()` when the run began.
    let cutOff: Timestamp
    let due: [Provider: Int]

    static func pass(
        _ settings: RevalidateSettings, _ keyring: Keyring, _ database: Database
    ) async throws(JobFailure) -> Preflight {
        try await database.connect()
        let cutOff = try await checkInstallation(settings, database)
        try await expectEveryKeyInSight(database)
        do {
            _ = try await MasterKeyRegister(proving: keyring, on: database.reader)
        } catch {
            throw JobFailure(error)
        }
        return Preflight(cutOff: cutOff, due: try await countDue(settings, keyring, database, cutOff))
    }

    private static func checkInstallation(
        _ settings: RevalidateSettings, _ database: Database
    ) async throws(JobFailure) -> Timestamp {
        let rows = try await database.read(Queries.installation)
        let found = try Database.reading { () throws(PostgresError) in try Installation(rows.single()) }
        guard let schema = found.schemaNumber, schema >= neededMigration else {
            throw JobFailure(
                .misconfigured, "the schema is older than migration \(neededMigration)",
                next: "bring it up to date with byok migrate")
        }
        try settings.origins.expectRealHosts(unlessTest: found.isTest)
        if !found.isTest, let fault = settings.haste { throw fault }
        if let pause = found.pause { throw pause.failure }
        return found.now
    }

    /// Keys that row security hides would never be asked about, and every run would call that a success.
    private static func expectEveryKeyInSight(_ database: Database) async throws(JobFailure) {
        let rows = try await database.read(Queries.visibleKeys)
        let (seen, stored) = try Database.reading { () throws(PostgresError) in
            let row = try rows.single()
            return (try row.int("seen"), try row.int("stored"))
        }
        guard seen == stored else {
            throw JobFailure(
                .notPermitted, "row security shows \(seen, as: "seen") of \(stored, as: "stored") keys",
                next: "run jobs/sql/roles.sql and take restrictive policies off byok.api_keys; nothing was opened")
        }
    }

    private static func countDue(
        _ settings: RevalidateSettings, _ keyring: Keyring, _ database: Database, _ cutOff: Timestamp
    ) async throws(JobFailure) -> [Provider: Int] {
        let rows = try await database.read(Queries.dueCounts(settings.providers, cutOff: cutOff))
        let groups = try Database.reading { () throws(PostgresError) in
            try rows.map { row throws(PostgresError) in
                (provider: try row.text("provider"), version: try row.int("version"), keys: try row.int("keys"))
            }
        }
        var due: [Provider: Int] = [:]
        var missing: [Int: Int] = [:]
        for group in groups {
            if let provider = Provider(rawValue: group.provider) { due[provider, default: 0] += group.keys }
            let isHeld = MasterKeyVersion(group.version).map { keyring[$0] != nil } ?? false
            if !isHeld { missing[group.version, default: 0] += group.keys }
        }
        guard missing.isEmpty else { throw lacking(missing) }
        return due
    }

    private static func lacking(_ missing: [Int: Int]) -> JobFailure {
        var list: LogMessage = ""
        for (version, keys) in missing.sorted(by: { $0.key < $1.key }) {
            list = "\(list)\(list.text.isEmpty ? "" : ", " as StaticString)version \(version) (\(keys) keys)"
        }
        return JobFailure(
            .misconfigured, "due keys are sealed under master keys that BYOK_MASTER_KEYS does not have: \(list)",
            next: "add them; nothing was opened")
    }
}

private struct Installation {
    let now: Timestamp
    let schemaNumber: Int?
    let isTest: Bool
    let pause: RunPause?

    init(_ row: Row) throws(PostgresError) {
        now = try row.timestamp("now")
        schemaNumber = try row.optionalInt("schema_number")
        isTest = try row.bool("is_test")
        let pausesAll = try row.optionalBool("pauses_all")
        pause = try row.optionalTimestamp("paused_at").map { RunPause(since: $0, ofAllJobs: pausesAll ?? false) }
    }
}
