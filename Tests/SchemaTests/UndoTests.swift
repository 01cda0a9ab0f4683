import TestSupport
import Testing

struct UndoTests {
    @Test func `undo restores what the run disabled, leaves what changed since, and withdraws unsent mails`() throws {
        let db = try VerdictDatabase(keys: 4)
        try db.settle(1, 1...4, "refused")
        try db.database.shiftTime(by: "25 hours")
        #expect(try db.settle(2, 1...4, "refused") == "disabled 4")
        try db.replace(3)
        _ = try db.database.psql(
            "UPDATE byok.email_outbox SET state = 'sent', sent_at = now() WHERE key_id = '\(VerdictDatabase.key(4))'")

        let undo = "SELECT * FROM byok.undo_run('\(VerdictDatabase.run(2))', 'provider bug')"
        // The mail of the replaced key was already cancelled by the replacement itself.
        #expect(try db.database.psql(undo, role: "byok_operator") == "3|1|2|1")

        #expect(
            try db.count("byok.api_keys WHERE status = 'suspected' AND next_check_at <= now() AND disabled_at IS NULL")
                == "3")
        #expect(try db.state(3) == "unchecked")
        #expect(try db.count("byok.key_events WHERE event = 'enabled' AND reason = 'undone'") == "3")
        #expect(
            try db.database.psql("SELECT actor, detail ->> 'restored' FROM byok.audit_log WHERE action = 'run.undone'")
                == "byok_operator|3")
        #expect(try db.database.psql(undo, role: "byok_operator") == "0|4|0|1")
    }

    @Test func `a restored key has to be refused for the whole gap again, and gets a mail of its own`() throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "refused")
        try db.database.shiftTime(by: "25 hours")
        try db.settle(2, 1...1, "refused")
        _ = try db.database.psql("SELECT * FROM byok.undo_run('\(VerdictDatabase.run(2))', 'mistake')")

        #expect(try db.settle(3, 1...1, "refused") == "suspected 1")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(4, 1...1, "refused") == "disabled 1")
        #expect(
            try db.database.psql("SELECT string_agg(state, ' ' ORDER BY created_at) FROM byok.email_outbox")
                == "cancelled queued")
    }

    @Test func `a key disabled again by a later run is not restored by undoing the earlier one`() throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "refused", confirmAfter: "0")
        try db.settle(2, 1...1, "refused", confirmAfter: "0")
        _ = try db.database.psql("SELECT * FROM byok.undo_run('\(VerdictDatabase.run(2))', 'mistake')")
        try db.settle(3, 1...1, "refused", confirmAfter: "0")
        #expect(try db.state(1) == "disabled")
        #expect(try db.database.psql("SELECT restored FROM byok.undo_run('\(VerdictDatabase.run(2))', 'again')") == "0")
        #expect(try db.state(1) == "disabled")
    }

    @Test func `nobody but the operator undoes`() throws {
        let db = try VerdictDatabase(keys: 1)
        let undo = { (role: String) in
            VerdictDatabase.sqlState {
                _ = try db.database.psql("SELECT byok.undo_run(gen_random_uuid(), 'why')", role: role)
            }
        }
        #expect(undo("byok_revalidate") == "42501")
        #expect(undo("byok_owner") == "BK004")
        #expect(undo("byok_operator") == nil)
    }
}
