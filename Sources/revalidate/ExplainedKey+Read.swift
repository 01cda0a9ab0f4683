import FoundationEssentials
import Postgres
import Providers
import System

extension ExplainedKey {
    /// Nil where no record has this id.
    init?(of keyID: UUID, reading connection: PostgresConnection) async throws(PostgresError) {
        let read = try await connection.transaction(.snapshot) { transaction throws(PostgresError) in
            try ExplainedKey(keyID, transaction)
        }
        guard read.present != nil || !read.looks.isEmpty || !read.events.isEmpty || !read.mails.isEmpty else {
            return nil
        }
        self = read
    }

    private init(_ keyID: UUID, _ transaction: borrowing Transaction) throws(PostgresError) {
        self.keyID = keyID
        let key = try transaction.query(
            Statement("explain_key", sql: PackageResources.explain_key_sql, [.uuid(keyID)])
        ).first
        present = try key.map(Present.init)
        let pause = try transaction.query(Statement("status_now", sql: PackageResources.status_now_sql)).single()
        at = try pause.timestamp("now")
        isPaused = try pause.bool("is_paused")
        isPausedWithAll = try pause.optionalBool("pauses_all") ?? false
        looks = try Self.rows(transaction, keyID, "explain_checks", PackageResources.explain_checks_sql, Look.init)
        events = try Self.rows(transaction, keyID, "explain_events", PackageResources.explain_events_sql, Event.init)
        mails = try Self.rows(transaction, keyID, "explain_mails", PackageResources.explain_mails_sql, Mail.init)
        let provider = present?.provider
        stake = provider == nil ? nil : try ApproveStake.all(transaction).first { $0.provider == provider }
    }

    private static func rows<Value>(
        _ transaction: borrowing Transaction, _ keyID: UUID, _ name: StaticString, _ sql: [UInt8],
        _ read: (Row) throws(PostgresError) -> Value
    ) throws(PostgresError) -> [Value] {
        var values: [Value] = []
        for row in try transaction.query(Statement(name, sql: sql, [.uuid(keyID)])) { values.append(try read(row)) }
        return values
    }
}

extension ExplainedKey.Present {
    fileprivate init(_ row: Row) throws(PostgresError) {
        guard let provider = Provider(rawValue: try row.text("provider")) else {
            throw PostgresError(.unexpectedResult, operation: "read column", name: "provider")
        }
        self.provider = provider
        userID = try row.uuid("user_id")
        label = try row.text("label")
        prefix = try row.text("key_prefix")
        revision = try row.int("key_revision")
        status = try row.text("status")
        disabledReason = try row.optionalText("disabled_reason")
        disabledAt = try row.optionalTimestamp("disabled_at")
        disabledByRun = try row.optionalUUID("disabled_by_run")
        lastVerdict = try row.optionalText("last_verdict")
        lastCheckedAt = try row.optionalTimestamp("last_checked_at")
        nextCheckAt = try row.optionalTimestamp("next_check_at")
        firstRefusedAt = try row.optionalTimestamp("first_refused_at")
        quarantinedAt = try row.optionalTimestamp("quarantined_at")
        quarantineReason = try row.optionalText("quarantine_reason")
        heldSince = try row.optionalTimestamp("held_since")
        createdAt = try row.timestamp("created_at")
    }
}

extension ExplainedKey.Look {
    fileprivate init(_ row: Row) throws(PostgresError) {
        at = try row.timestamp("at")
        runID = try row.uuid("run_id")
        provider = try row.optionalText("provider").flatMap(Provider.init(rawValue:))
        revision = try row.int("key_revision")
        verdict = try row.optionalText("verdict")
        outcome = try row.text("outcome")
        httpStatus = try row.optionalInt("http_status")
        code = try row.optionalText("code")
        requestID = try row.optionalText("request_id")
        latency = try row.optionalInt("latency_ms")
    }
}

extension ExplainedKey.Event {
    fileprivate init(_ row: Row) throws(PostgresError) {
        at = try row.timestamp("at")
        name = try row.text("event")
        runID = try row.optionalUUID("run_id")
        reason = try row.optionalText("reason")
    }
}

extension ExplainedKey.Mail {
    fileprivate init(_ row: Row) throws(PostgresError) {
        id = try row.uuid("id")
        kind = try row.text("kind")
        state = try row.text("state")
        notBefore = try row.timestamp("not_before")
        sentAt = try row.optionalTimestamp("sent_at")
        runID = try row.optionalUUID("run_id")
    }
}
