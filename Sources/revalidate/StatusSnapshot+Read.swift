import FoundationEssentials
import Postgres
import System

extension StatusSnapshot {
    /// All of it from one snapshot, so that its parts agree.
    init(reading connection: PostgresConnection) async throws(PostgresError) {
        self = try await connection.transaction(.snapshot) { transaction throws(PostgresError) in
            try StatusSnapshot(transaction)
        }
    }

    private init(_ transaction: borrowing Transaction) throws(PostgresError) {
        let backlogRow = try transaction.query(
            Statement("status_backlog", sql: PackageResources.status_backlog_sql)
        ).single()
        at = try backlogRow.timestamp("now")
        backlog = try Backlog(backlogRow)
        runs = try Self.rows(transaction, "status_runs", PackageResources.status_runs_sql, PastRun.init)
        leases = try Self.rows(transaction, "status_leases", PackageResources.status_leases_sql, LeaseHolder.init)
        pause = try Self.rows(transaction, "status_pause", PackageResources.status_pause_sql, Pause.init).first
        stakes = try ApproveStake.all(transaction)
        let rows = try transaction.query(Statement("status_suspected", sql: PackageResources.status_suspected_sql))
        suspectCount = try rows.first?.int("total") ?? 0
        var suspects: [Suspect] = []
        for row in rows { suspects.append(try Suspect(row)) }
        self.suspects = suspects
        mails = try Self.rows(transaction, "status_mails", PackageResources.status_mails_sql, Mails.init)
    }

    private static func rows<Value>(
        _ transaction: borrowing Transaction, _ name: StaticString, _ sql: [UInt8],
        _ read: (Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        for row in try transaction.query(Statement(name, sql: sql)) { values.append(try read(row)) }
        return values
    }
}

extension StatusSnapshot.PastRun {
    fileprivate init(_ row: Row) throws(PostgresError) {
        runID = try row.uuid("run_id")
        shard = try row.text("shard")
        startedAt = try row.timestamp("started_at")
        finishedAt = try row.optionalTimestamp("finished_at")
        exitStatus = try row.optionalInt("exit_status")
        let text = try row.optionalText("counts") ?? "{}"
        let decoded = (try? JSONDecoder().decode([String: Int].self, from: Data(text.utf8))) ?? [:]
        counts = decoded.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension StatusSnapshot.LeaseHolder {
    fileprivate init(_ row: Row) throws(PostgresError) {
        shard = try row.text("shard")
        holder = try row.text("holder")
        acquiredAt = try row.timestamp("acquired_at")
        until = try row.timestamp("until")
        isLive = try row.bool("is_live")
    }
}

extension StatusSnapshot.Pause {
    fileprivate init(_ row: Row) throws(PostgresError) {
        at = try row.timestamp("paused_at")
        by = try row.text("paused_by")
        reason = try row.text("reason")
        ofAllJobs = try row.bool("pauses_all")
    }
}

extension StatusSnapshot.Backlog {
    fileprivate init(_ row: Row) throws(PostgresError) {
        due = try row.int("due")
        overdue = try row.int("overdue")
        nextDueAt = try row.optionalTimestamp("next_due_at")
        var keys: [(name: String, count: Int)] = []
        for name in ["unchecked", "active", "suspected", "disabled", "quarantined"] {
            keys.append((name, try row.int(name)))
        }
        self.keys = keys
    }
}

extension StatusSnapshot.Suspect {
    fileprivate init(_ row: Row) throws(PostgresError) {
        keyID = try row.uuid("id")
        provider = try row.text("provider")
        label = try row.text("label")
        firstRefusedAt = try row.timestamp("first_refused_at")
        decidedAt = try row.optionalTimestamp("next_check_at")
        isHeld = try row.optionalTimestamp("held_since") != nil
    }
}

extension StatusSnapshot.Mails {
    fileprivate init(_ row: Row) throws(PostgresError) {
        state = try row.text("state")
        count = try row.int("mails")
        waiting = try row.int("waiting")
        nextAt = try row.optionalTimestamp("next_at")
    }
}
