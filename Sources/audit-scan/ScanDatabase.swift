import Batch
import Fingerprints
import FoundationEssentials
import LogSources
import Postgres
import Providers
import Scanner
import Synchronization

/// What a scan asks the database.
struct ScanDatabase: Sendable {
    /// The table that says whose a key is.
    static let keys = "byok.api_keys"

    private let database: Database
    /// For everything but renewals of the lease: no two statements of a scan run at a time, and each further connection
    /// takes longer than reading a small log.
    private var reader: PostgresConnection { database.reader }

    init(_ flags: DatabaseFlags) throws(JobFailure) {
        database = try Database(flags, for: "byok/audit-scan")
    }

    func load(_ scanKey: ScanKey) async throws(JobFailure) -> StoredKeys {
        try await StoredKeys.load(scanKey, from: reader)
    }

    /// Runs `body` as the only scan, with a row in `byok.job_runs`.
    func underLease(
        _ run: Run, _ body: (RunPermit) async throws(JobFailure) -> Conclusion
    ) async throws(JobFailure) -> Conclusion {
        let lease = try await Lease.take(run, for: .seconds(120), on: database.keeper, asking: reader)
        do throws(JobFailure) {
            let record = try await RunRecord.start(run, under: lease, on: reader)
            let conclusion = try await body(RunPermit(record: record, shard: lease.shard, token: lease.token))
            await lease.release()
            return conclusion
        } catch {
            await lease.release()
            throw error
        }
    }

    /// By the number that a finding has.
    func owners(of keys: [UInt32: UUID]) async throws(JobFailure) -> [UInt32: KeyOwner] {
        let statement = Statement(
            "leaked keys", sql: PackageResources.leaked_keys_sql, [.uuids(Array(keys.values))], idempotent: true)
        do throws(PostgresError) {
            var owners: [UUID: KeyOwner] = [:]
            for row in try await reader.query(statement) {
                let id = try row.uuid("id")
                owners[id] = KeyOwner(
                    keyID: id, userID: try row.uuid("user_id"), provider: Provider(rawValue: try row.text("provider")),
                    label: try row.text("label"), revision: try row.int("key_revision"), status: try row.text("status"))
            }
            return keys.mapValues { owners[$0] ?? KeyOwner(keyID: $0) }
        } catch {
            throw JobFailure(error)
        }
    }

    /// Rows as `COPY` writes them, in a read-only transaction. What was seen of them counts though the rest failed.
    func scan(
        _ name: String, rows select: String, _ rules: ScanRules, _ stop: StopCondition,
        _ onProgress: @escaping @Sendable (Int) -> Void
    ) async -> (seen: ScannedSource?, failure: JobFailure?) {
        let seen = SeenRows()
        let text = String(decoding: PackageResources.copy_rows_sql, as: UTF8.self).replacing("$rows", with: select)
        let copy = Statement("scanned rows", sql: Array(text.utf8), deadline: .seconds(3600))
        do throws(ScanRowsFailure) {
            try await reader.transaction(.readOnly) { transaction throws(ScanRowsFailure) in
                try Self.scan(name, copy, rules, stop, transaction, seen, onProgress)
            }
            return (seen.source, nil)
        } catch {
            return (seen.source, error.failure)
        }
    }

    private static func scan(
        _ name: String, _ copy: Statement, _ rules: ScanRules, _ stop: StopCondition,
        _ transaction: borrowing Transaction, _ seen: SeenRows, _ onProgress: @Sendable (Int) -> Void
    ) throws(ScanRowsFailure) {
        var source = ScannedSource(name)
        var sink = try ScanRowsFailure.wrapping { () throws(ScanError) in try StreamSink(scanning: rules) }
        var failure: ScanRowsFailure?
        do throws(ScanRowsFailure) {
            _ = try transaction.copyOut(copy) { row throws(ScanRowsFailure) in
                guard !stop.isMet else { throw ScanRowsFailure(.stopped) }
                do throws(ScanError) { try sink.append(CopiedRow.text(row).span) } catch { throw ScanRowsFailure() }
                source.bytesSeen += row.count
                onProgress(row.count)
            }
            source.size = source.bytesSeen
        } catch {
            failure = error
        }
        do throws(ScanError) { try sink.finish(into: &source) } catch { throw ScanRowsFailure() }
        seen.keep(source)
        if let failure { throw failure }
    }

    func disable(_ owner: KeyOwner, _ permit: RunPermit, _ run: Run) async throws(JobFailure) -> String {
        let statement = Statement(
            "disable leaked", sql: PackageResources.disable_leaked_sql,
            [
                .text(permit.shard), .uuid(permit.token), .uuid(run.id), .uuid(owner.keyID), .int(owner.revision),
            ], idempotent: true)
        do throws(PostgresError) { return try await reader.query(statement).single().text("outcome") } catch {
            throw JobFailure(error)
        }
    }

    /// The line of the audit table behind which the next scan may begin, and the last one; nil where there is none yet.
    func auditEnd() async throws(JobFailure) -> (settled: Int?, last: Int?) {
        let rows = try await database.read(
            Statement("audit end", sql: PackageResources.audit_end_sql, idempotent: true))
        return try Database.reading { () throws(PostgresError) in
            let row = try rows.single()
            return (try row.optionalInt("settled"), try row.optionalInt("last"))
        }
    }

    func previousManifest() async throws(JobFailure) -> String? {
        try await RunReport.previousManifest(of: "audit-scan", on: reader)
    }
}

/// What a write of this run shows.
struct RunPermit: Sendable {
    let record: RunRecord
    let shard: String
    let token: UUID
}

/// What was seen of some rows, kept over the end of a transaction that fails.
private final class SeenRows: Sendable {
    private let kept = Mutex<ScannedSource?>(nil)

    /// Nil where not one row came.
    var source: ScannedSource? { kept.withLock { $0 } }

    func keep(_ source: ScannedSource) { kept.withLock { $0 = source } }
}

/// Rows that could not be read or scanned.
struct ScanRowsFailure: PostgresFailure {
    let failure: JobFailure

    init(_ outcome: Outcome = .broken) {
        failure = JobFailure(outcome, "rows could not be scanned", next: "report this")
    }
    init(_ error: PostgresError) { failure = JobFailure(error) }

    static func wrapping<Value: ~Copyable>(
        _ body: () throws(ScanError) -> Value
    ) throws(ScanRowsFailure) -> Value {
        do throws(ScanError) { return try body() } catch { throw ScanRowsFailure() }
    }
}
