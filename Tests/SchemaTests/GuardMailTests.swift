import TestSupport
import Testing

/// Mails of strikes that were made before the guard tripped.
struct GuardMailTests {
    /// Two disabled Anthropic keys and a Groq one, their mails still waiting.
    private static func disabledKeys() throws -> VerdictDatabase {
        let db = try VerdictDatabase(keys: 10)
        try db.add(21...21, provider: "groq")
        for run in 1...2 {
            try db.settle(run, 1...2, "refused", confirmAfter: "0")
            try db.settle(run, 21...21, "refused", confirmAfter: "0")
        }
        return db
    }

    private static func states(_ db: VerdictDatabase) throws -> String {
        try db.database.psql("SELECT string_agg(state, ' ' ORDER BY key_id) FROM byok.email_outbox")
    }

    @Test func `a trip holds the waiting mails of its provider, approval lets them wait anew`() throws {
        let db = try Self.disabledKeys()
        #expect(try Self.states(db) == "queued queued queued")

        #expect(try db.settle(3, 3...8, "refused") == "held 6")
        #expect(try Self.states(db) == "held held queued")

        try db.database.shiftTime(by: "2 hours")
        _ = try db.database.psql(
            "SELECT byok.approve_guard('anthropic', '\(VerdictDatabase.run(3))', 'they are dead')",
            role: "byok_operator")
        #expect(try Self.states(db) == "queued queued queued")
        #expect(try db.count("byok.email_outbox WHERE not_before > now() + '29 min'") == "2")
        #expect(
            try db.database.psql("SELECT detail ->> 'mails_queued' FROM byok.audit_log WHERE action = 'guard.approved'")
                == "2")
    }

    @Test func `a mail that was sent or is another kind's stays as it is`() throws {
        let db = try Self.disabledKeys()
        _ = try db.database.psql(
            """
            UPDATE byok.email_outbox SET state = 'sent', sent_at = now() WHERE key_id = test.id(1);
            UPDATE byok.email_outbox SET kind = 'other' WHERE key_id = test.id(2)
            """)
        try db.settle(3, 3...8, "refused")
        #expect(try Self.states(db) == "sent queued queued")
    }

    @Test func `undo withdraws held mails, and approval does not bring them back`() throws {
        let db = try Self.disabledKeys()
        try db.settle(3, 3...8, "refused")
        #expect(
            try db.database.psql(
                "SELECT restored, mails_withdrawn FROM byok.undo_run('\(VerdictDatabase.run(2))', 'an outage')",
                role: "byok_operator") == "3|3")
        _ = try db.database.psql("SELECT byok.approve_guard('anthropic', '\(VerdictDatabase.run(3))', 'over')")
        #expect(try Self.states(db) == "cancelled cancelled cancelled")
    }

    @Test func `a wave of findings trips like a wave of refusals`() throws {
        let db = try VerdictDatabase(keys: 8)
        let outcomes = try (1...8).map { key in
            try db.database.psql(
                """
                SELECT byok.disable_key('revalidate', '0', (SELECT token FROM byok.job_leases),
                  '\(VerdictDatabase.run(1))', '\(VerdictDatabase.key(key))', 1, 'leaked')
                """)
        }
        #expect(outcomes == Array(repeating: "disabled", count: 5) + Array(repeating: "held", count: 3))
        #expect(try Self.states(db) == "held held held held held")
        #expect(
            try db.database.psql("SELECT provider, run_id FROM byok.guards WHERE approved_at IS NULL")
                == "anthropic|\(VerdictDatabase.run(1))")
    }
}
