import TestSupport
import Testing

struct SettleRaceTests {
    @Test func `a repeat in the same run gives what was recorded and changes nothing`() throws {
        let db = try VerdictDatabase(keys: 3)
        try db.settle(1, 1...3, "refused", confirmAfter: "0")
        let before = try db.database.psql("SELECT k::text FROM byok.api_keys k ORDER BY id")

        #expect(try db.settle(1, 1...3, "refused", confirmAfter: "0") == "suspected 3")
        #expect(try db.settle(1, 1...3, "valid") == "suspected 3")

        #expect(try db.database.psql("SELECT k::text FROM byok.api_keys k ORDER BY id") == before)
        #expect(try db.count("byok.key_checks") == "3")
        #expect(try db.database.psql("SELECT sum(looked), sum(refused) FROM byok.guard_counts") == "3|3")
    }

    @Test func `a replaced key is changed, a deleted one is deleted, both in the books`() throws {
        let db = try VerdictDatabase(keys: 3)
        try db.replace(1)
        _ = try db.database.psql("DELETE FROM byok.api_keys WHERE id = '\(VerdictDatabase.key(2))'")

        #expect(try db.settle(1, 1...3, "refused", revision: 1) == "changed 1, deleted 1, suspected 1")
        #expect(try db.settle(1, 1...3, "refused", revision: 1) == "changed 1, deleted 1, suspected 1")

        #expect(try db.read("status, key_revision, first_refused_at IS NULL", 1) == "unchecked|2|t")
        #expect(try db.database.psql("SELECT provider FROM byok.key_checks WHERE outcome = 'deleted'") == "anthropic")
    }

    @Test func `a replacement that commits first wins over a verdict that was waiting`() async throws {
        let db = try VerdictDatabase(keys: 1)
        let user = db.beside(
            """
            BEGIN; UPDATE byok.api_keys SET sealed = sealed || '\\x00', key_revision = key_revision + 1;
            SELECT pg_sleep(3); COMMIT
            """)
        try db.waitForSleeper()

        #expect(try db.settle(1, 1...1, "refused", revision: 1) == "changed 1")

        try await user.value
        #expect(try db.read("status, key_revision", 1) == "unchecked|2")
    }

    @Test func `an overtaken holder settles nothing, and a lease is not taken over within a batch`() async throws {
        let db = try VerdictDatabase(keys: 1)
        let batch = db.beside(
            "BEGIN; SELECT * FROM test.settle('\(VerdictDatabase.run(1))', 1, 1, 'valid', '', false, '1 h', 1); "
                + "SELECT pg_sleep(3); COMMIT")
        try db.waitForSleeper()
        let stale = try db.database.psql("SELECT token FROM byok.job_leases")

        _ = try db.database.psql("UPDATE byok.job_leases SET until = now()")
        #expect(try db.count("byok.key_checks") == "1", "taking over waited for the batch")
        #expect(
            try db.database.psql("SELECT acquired FROM byok.acquire_lease('revalidate', '0', 'next', '1 h')") == "t")
        try await batch.value

        let state = VerdictDatabase.sqlState {
            _ = try db.database.psql(
                """
                SELECT * FROM byok.settle_checks('revalidate', '0', '\(stale)', gen_random_uuid(), '1 h', '1 h', '1 h',
                  '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')
                """)
        }
        #expect(state == "BK001")
    }

    @Test func `batches with the same keys in any order do not deadlock`() async throws {
        let db = try VerdictDatabase(keys: 300)
        try db.add(301...600, provider: "openai")
        // Each call settles the same 600 keys, listed in an order of its own.
        let settle = """
            SELECT count(*) FROM (
              SELECT array_agg(id ORDER BY random()) ids FROM byok.api_keys
            ) b, byok.settle_checks('revalidate', '0', (SELECT token FROM byok.job_leases), gen_random_uuid(),
              '24 h', '168 h', '7 days', ids, array_fill(1::bigint, ARRAY[600]), array_fill('valid'::text, ARRAY[600]),
              array_fill(false, ARRAY[600]), array_fill(200, ARRAY[600]), array_fill(null::text, ARRAY[600]),
              array_fill(null::text, ARRAY[600]), array_fill(1, ARRAY[600])) s;
            """
        let rounds = String(repeating: settle, count: 5)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { _ = try db.database.psql(rounds) } }
            try await group.waitForAll()
        }
        #expect(try db.count("byok.key_checks WHERE outcome = 'valid'") == "12000")
    }

    @Test func `a malformed batch is refused as a whole`() throws {
        let db = try VerdictDatabase(keys: 1)
        #expect(VerdictDatabase.sqlState { try db.settle(1, 1...1, "fine") } == "22023")
        let key = VerdictDatabase.key(1)
        for ids in ["{\(key)}", "{\(key),\(key)}"] {
            let state = VerdictDatabase.sqlState {
                _ = try db.database.psql(
                    """
                    SELECT * FROM byok.settle_checks('revalidate', '0', (SELECT token FROM byok.job_leases),
                      gen_random_uuid(), '1 h', '1 h', '1 h', '\(ids)', '{1,1}', '{valid,valid}', '{f,f}', '{200,200}',
                      '{a,a}', '{a,a}', '{1,1}')
                    """)
            }
            #expect(state == "22023")
        }
    }

    @Test func `a stale snapshot is refused instead of trusted`() throws {
        let db = try VerdictDatabase(keys: 1)
        let state = VerdictDatabase.sqlState {
            _ = try db.database.psql(
                "BEGIN ISOLATION LEVEL REPEATABLE READ; "
                    + "SELECT * FROM test.settle('\(VerdictDatabase.run(1))', 1, 1, 'valid', '', false, '1 h', 1)")
        }
        #expect(state == "BK005")
    }
}
