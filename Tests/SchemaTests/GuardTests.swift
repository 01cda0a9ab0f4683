import TestSupport
import Testing

struct GuardTests {
    @Test func `five fresh refusals pass, the sixth trips and holds its whole batch`() throws {
        let db = try VerdictDatabase(keys: 7)
        #expect(try db.settle(1, 1...5, "refused") == "suspected 5")
        #expect(try db.settle(2, 6...7, "refused") == "held 2")
        #expect(try db.read("status, last_verdict IS NULL, next_check_at > now() + '23 hours'", 6) == "active|t|t")
        #expect(
            try db.database.psql("SELECT provider, run_id, refused FROM byok.guards WHERE approved_at IS NULL")
                == "anthropic|\(VerdictDatabase.run(2))|7")
    }

    @Test func `one after another, the sixth in 24 hours trips and an old one does not count`() throws {
        let db = try VerdictDatabase(keys: 12)
        try db.settle(1, 1...5, "refused")
        try db.database.shiftTime(by: "26 hours")
        for run in 2...6 { #expect(try db.settle(run, (run + 4)...(run + 4), "refused") == "suspected 1") }
        try db.database.shiftTime(by: "1 hour")
        #expect(try db.settle(7, 11...11, "refused") == "held 1")
    }

    @Test func `exactly five per cent passes, one more trips`() throws {
        let db = try VerdictDatabase(keys: 201)
        try db.settle(1, 1...190, "valid")
        #expect(try db.settle(1, 191...200, "refused") == "suspected 10")
        #expect(try db.settle(1, 201...201, "refused") == "held 1")
    }

    @Test func `a second refusal is not fresh, and transient looks count for neither side`() throws {
        let db = try VerdictDatabase(keys: 300)
        try db.settle(1, 1...200, "transient")
        try db.settle(1, 201...205, "refused")
        try db.settle(2, 201...205, "refused")
        #expect(try db.database.psql("SELECT looked, refused FROM byok.guard_counts") == "5|5")
        #expect(try db.settle(3, 206...206, "refused") == "held 1")
    }

    @Test func `a tripped guard holds second strikes too, and other providers go on`() throws {
        let db = try VerdictDatabase(keys: 20)
        try db.add(21...22, provider: "groq")
        try db.settle(1, 1...2, "refused")
        try db.settle(1, 21...22, "refused")
        try db.database.shiftTime(by: "24 hours")
        try db.settle(2, 3...10, "refused")

        #expect(try db.settle(3, 1...2, "refused") == "held 2")
        #expect(try db.settle(3, 21...22, "refused") == "disabled 2")
        #expect(try db.settle(3, 11...12, "valid") == "valid 2")

        #expect(try db.count("byok.email_outbox") == "2")
        #expect(try db.count("byok.api_keys WHERE provider = 'anthropic' AND status = 'suspected'") == "2")
        try db.database.shiftTime(by: "80 hours")
        #expect(try db.settle(4, 1...2, "refused") == "held 2", "a tripped guard does not run out")
    }

    @Test func `two shards at once cannot both stay below the line`() async throws {
        let db = try VerdictDatabase(keys: 8)
        let first = db.beside(
            "BEGIN; SELECT count(*) FROM test.settle('\(VerdictDatabase.run(1))', 1, 4, 'refused', 'x', false, '24 h', 1); "
                + "SELECT pg_sleep(3); COMMIT")
        try db.waitForSleeper()
        #expect(try db.settle(2, 5...8, "refused") == "held 4")
        try await first.value
        #expect(try db.count("byok.guards") == "1")
    }

    @Test func `approval makes held keys due, clears the count and keeps the guard quiet for its time`() throws {
        let db = try VerdictDatabase(keys: 40)
        try db.settle(1, 1...10, "refused")
        #expect(
            try db.database.psql(
                "SELECT byok.approve_guard('anthropic', '\(VerdictDatabase.run(1))', 'a customer left', '24 hours')")
                == "10")
        #expect(
            try db.count("byok.api_keys WHERE next_check_at <= now() AND held_since IS NULL AND id <= test.id(10)")
                == "10")
        #expect(try db.count("byok.guard_counts") == "0")
        #expect(
            try db.database.psql(
                "SELECT actor, detail ->> 'reason' FROM byok.audit_log WHERE action = 'guard.approved'")
                == "postgres|a customer left")

        #expect(try db.settle(2, 1...20, "refused") == "suspected 20")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(3, 1...20, "refused") == "disabled 20")
        #expect(try db.settle(4, 21...25, "refused") == "suspected 5")
        #expect(try db.settle(4, 26...26, "refused") == "held 1", "after its time the guard watches again")
    }

    @Test func `only the operator approves, with a reason, and only what waits`() throws {
        let db = try VerdictDatabase(keys: 6)
        try db.settle(1, 1...6, "refused")
        let approve = { (role: String, run: Int, reason: String) in
            VerdictDatabase.sqlState {
                _ = try db.database.psql(
                    "SELECT byok.approve_guard('anthropic', '\(VerdictDatabase.run(run))', '\(reason)')", role: role)
            }
        }
        #expect(approve("byok_revalidate", 1, "why") == "42501")
        #expect(approve("byok_owner", 1, "why") == "BK004")
        #expect(approve("byok_operator", 1, " ") == "BK005")
        #expect(approve("byok_operator", 2, "why") == "BK002")
        #expect(approve("byok_operator", 1, "why") == nil)
        #expect(approve("byok_operator", 1, "why") == "BK002")
        #expect(try db.database.psql("SELECT approved_by, approve_reason FROM byok.guards") == "byok_operator|why")
    }

    @Test func `a table of the caller's own does not make it the operator`() throws {
        let db = try VerdictDatabase(keys: 6)
        try db.settle(1, 1...6, "refused")
        let state = VerdictDatabase.sqlState {
            _ = try db.database.psql(
                """
                CREATE TEMP TABLE pg_roles AS SELECT 'byok_operator'::name AS rolname, 'byok_owner'::regrole::oid AS oid;
                SELECT byok.approve_guard('anthropic', '\(VerdictDatabase.run(1))', 'why')
                """, role: "byok_owner")
        }
        #expect(state == "BK004")
    }
}
