internal import FoundationEssentials
public import Postgres

/// The run's own row in `byok.job_runs`, and its lines in the audit trail.
public struct RunRecord: Sendable {
    private let run: Run
    private let connection: PostgresConnection

    public static func start(
        _ run: Run, under lease: Lease, on connection: PostgresConnection
    ) async throws(JobFailure) -> RunRecord {
        let record = RunRecord(run: run, connection: connection)
        // Idempotent by the run's id, as the other statements here are.
        try await record.send(
            Statement(
                "start_run", sql: PackageResources.start_run_sql,
                [.uuid(run.id), .text(run.job.description), .text(lease.shard), .uuid(lease.token)], idempotent: true))
        return record
    }

    /// `digest` is the SHA-256 of the report's manifest in hex, absent where no report was written.
    public func finish(_ conclusion: Conclusion, digest: String?) async throws(JobFailure) {
        let counts = conclusion.counts.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",")
        try await send(
            Statement(
                "finish_run", sql: PackageResources.finish_run_sql,
                [
                    .uuid(run.id), .int(Int(conclusion.status.rawValue)), .json("{\(counts)}"),
                    digest.map(Parameter.text) ?? .null,
                ], idempotent: true))
    }

    /// How often keys were opened, by purpose: every run tells.
    public func tellDecryptions(_ purposes: [(purpose: StaticString, count: Int)]) async throws(JobFailure) {
        let counts = purposes.map { "\"\($0.purpose)\":\($0.count)" }.joined(separator: ",")
        let detail = "{\"run_id\":\"\(run.id.uuidString.lowercased())\",\"job\":\"\(run.job)\",\"opened\":{\(counts)}}"
        try await send(
            Statement("record_audit", sql: PackageResources.record_audit_sql, [.text("keys.opened"), .json(detail)]))
    }

    private func send(_ statement: Statement) async throws(JobFailure) {
        do throws(PostgresError) {
            _ = try await connection.query(statement)
        } catch {
            throw JobFailure(error)
        }
    }
}
