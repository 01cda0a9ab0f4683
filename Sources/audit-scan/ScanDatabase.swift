import Batch
import Fingerprints
import FoundationEssentials
import LogSources
import Postgres
import Providers
import Scanner

/// What a scan asks the database.
struct ScanDatabase: Sendable {
    let reader: PostgresConnection
    let keeper: PostgresConnection

    init(_ flags: DatabaseFlags) throws(JobFailure) {
        let settings = try flags.settings(for: "byok/audit-scan")
        reader = PostgresConnection(settings)
        keeper = PostgresConnection(settings)
    }

    func load(_ scanKey: ScanKey) async throws(JobFailure) -> StoredKeys {
        try await StoredKeys.load(scanKey, from: reader)
    }

    /// Runs `body` as the only scan, with a row in `byok.job_runs`.
    func underLease(
        _ run: Run, _ body: (RunPermit) async throws(JobFailure) -> Conclusion
    ) async throws(JobFailure) -> Conclusion {
        let lease = try await Lease.take(run, for: .seconds(120), on: keeper)
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

    func owners(of keys: [(number: Int, id: UUID)]) async throws(JobFailure) -> [(Int, KeyOwner)] {
        let statement = Statement(
            "leaked keys", sql: PackageResources.leaked_keys_sql, [.uuids(keys.map(\.id))], idempotent: true)
        do throws(PostgresError) {
            var owners: [UUID: KeyOwner] = [:]
            for row in try await reader.query(statement) {
                let id = try row.uuid("id")
                owners[id] = KeyOwner(
                    keyID: id, userID: try row.uuid("user_id"), provider: Provider(rawValue: try row.text("provider")),
                    label: try row.text("label"), revision: try row.int("key_revision"), status: try row.text("status"))
            }
            return keys.map { ($0.number, owners[$0.id] ?? KeyOwner(keyID: $0.id)) }
        } catch {
            throw JobFailure(error)
        }
    }

    /// Rows as `COPY` writes them, in a read-only transaction.
    func scan(
        _ name: String, copy: [UInt8], _ rules: ScanRules, _ onProgress: @escaping @Sendable (Int) -> Void
    ) async -> Result<ScannedSource, JobFailure> {
        do throws(ScanRowsFailure) {
            return .success(
                try await reader.transaction(.readOnly) { transaction throws(ScanRowsFailure) in
                    try Self.scan(name, copy, rules, transaction, onProgress)
                })
        } catch {
            return .failure(error.failure)
        }
    }

    private static func scan(
        _ name: String, _ copy: [UInt8], _ rules: ScanRules, _ transaction: borrowing Transaction,
        _ onProgress: @Sendable (Int) -> Void
    ) throws(ScanRowsFailure) -> ScannedSource {
        var source = ScannedSource(name)
        var sink = try ScanRowsFailure.wrapping { () throws(ScanError) in try StreamSink(scanning: rules) }
        _ = try transaction.copyOut(
            Statement("scanned rows", sql: copy, deadline: .seconds(3600))
        ) { row throws(ScanRowsFailure) in
            do throws(ScanError) { try sink.append(row) } catch { throw ScanRowsFailure() }
            source.bytesSeen += row.count
            onProgress(row.count)
        }
        do throws(ScanError) {
            let result = try sink.finish()
            source.findings = result.findings
            source.lineCount = result.lines
            if result.hasUnreadText { source.problems.append(.encodedTextUnread) }
        } catch {
            throw ScanRowsFailure()
        }
        source.size = source.bytesSeen
        return source
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

    func previousManifest() async throws(JobFailure) -> String? {
        do throws(PostgresError) {
            let rows = try await reader.query(
                Statement("previous scan", sql: PackageResources.previous_scan_sql, idempotent: true))
            for row in rows { return try row.text("digest") }
            return nil
        } catch {
            throw JobFailure(error)
        }
    }
}

/// What a write of this run shows.
struct RunPermit: Sendable {
    let record: RunRecord
    let shard: String
    let token: UUID
}

/// Rows that could not be read or scanned.
struct ScanRowsFailure: PostgresFailure {
    let failure: JobFailure

    init() { failure = JobFailure(.broken, "rows could not be scanned") }
    init(_ error: PostgresError) { failure = JobFailure(error) }

    static func wrapping<Value: ~Copyable>(
        _ body: () throws(ScanError) -> Value
    ) throws(ScanRowsFailure) -> Value {
        do throws(ScanError) { return try body() } catch { throw ScanRowsFailure() }
    }
}
