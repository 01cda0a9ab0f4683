import TestSupport
import Testing

/// What a run that no provider answered looked at in vain.
struct UnansweredTests {
    private func giveBack(_ db: VerdictDatabase, run: Int) throws -> String {
        try db.database.psql(
            """
            SELECT byok.return_unanswered('revalidate', '0', (SELECT token FROM byok.job_leases),
              '\(VerdictDatabase.run(run))')
            """)
    }

    private func due(_ db: VerdictDatabase) throws -> String {
        try db.database.psql(
            "SELECT string_agg(right(id::text, 2), ' ' ORDER BY id) FROM byok.api_keys WHERE next_check_at <= now()")
    }

    @Test func `the unanswered keys of that run are due at once, and its books stay`() throws {
        let db = try VerdictDatabase(keys: 5)
        try db.settle(1, 1...3, "transient")
        try db.settle(1, 4...4, "unknown")
        try db.settle(2, 5...5, "transient")

        #expect(try giveBack(db, run: 1) == "3")
        #expect(try giveBack(db, run: 1) == "3", "twice is harmless")

        #expect(try due(db) == "01 02 03")
        #expect(
            try db.database.psql(
                "SELECT outcome, count FROM byok.run_books('\(VerdictDatabase.run(1))') ORDER BY outcome")
                == "transient|3\nunknown|1")
    }

    @Test func `a key that somebody touched since stays as it is`() throws {
        let db = try VerdictDatabase(keys: 7)
        try db.settle(1, 1...7, "transient")
        try db.settle(2, 1...1, "valid")
        try db.settle(2, 2...2, "transient")
        try db.replace(3)
        _ = try db.database.psql(
            """
            UPDATE byok.api_keys SET next_check_at = now() + '1 day' WHERE id = test.id(3);
            UPDATE byok.api_keys SET quarantined_at = now(), quarantine_reason = 'x' WHERE id = test.id(4);
            UPDATE byok.api_keys SET status = 'disabled', disabled_at = now(), next_check_at = null WHERE id = test.id(5);
            DELETE FROM byok.api_keys WHERE id = test.id(6)
            """)
        #expect(try giveBack(db, run: 1) == "1")
        #expect(try due(db) == "07")
    }

    @Test func `a key that somebody holds locked is not waited for`() async throws {
        let db = try VerdictDatabase(keys: 2)
        try db.settle(1, 1...2, "transient")
        let holder = db.beside("BEGIN; SELECT FROM byok.api_keys WHERE id = test.id(1) FOR UPDATE; SELECT pg_sleep(3)")
        try db.waitForSleeper()
        #expect(
            try db.database.psql("SELECT array(SELECT byok.locked_keys(array[test.id(1), test.id(2), test.id(9)]))")
                == "{\(VerdictDatabase.key(1))}")
        #expect(try giveBack(db, run: 1) == "1")
        #expect(try due(db) == "02")
        try await holder.value
        #expect(try db.database.psql("SELECT array(SELECT byok.locked_keys(array[test.id(1)]))") == "{}")
    }

    @Test func `a run that was overtaken gives nothing back`() throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "transient")
        let state = VerdictDatabase.sqlState {
            _ = try db.database.psql(
                "SELECT byok.return_unanswered('revalidate', '0', gen_random_uuid(), '\(VerdictDatabase.run(1))')")
        }
        #expect(state == "BK001")
        #expect(try db.count("byok.api_keys WHERE next_check_at <= now()") == "0")
    }
}
