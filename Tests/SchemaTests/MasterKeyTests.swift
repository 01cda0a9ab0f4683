import Foundation
import TestSupport
import Testing

struct MasterKeyTests {
    let database = try! SupabaseShape.makeDatabase()

    private func register(_ version: Int, _ byte: String) throws -> String {
        try database.psql(
            "select byok.register_master_key(\(version), decode(repeat('\(byte)', 32), 'hex'))", role: "byok_operator")
    }

    private func states() throws -> String {
        try database.psql("select string_agg(version || ' ' || state, ', ' order by version) from byok.master_keys")
    }

    @Test func `the first key is current at once, the next ones wait`() throws {
        #expect(try register(2, "a2") == "next")
        #expect(try states() == "1 current, 2 next")
    }

    @Test func `registering the same key again is nothing, another under its number is refused`() throws {
        #expect(try register(1, "a1") == "current")
        #expect(
            database.sqlState(
                "select byok.register_master_key(1, decode(repeat('ff', 32), 'hex'))", role: "byok_operator") == "BK005"
        )
    }

    @Test func `moving forth and back keeps exactly one current key and tells who and why`() throws {
        _ = try register(2, "a2")

        _ = try database.psql("select byok.set_current_master_key(2, 'quarterly')", role: "byok_operator")
        let forth = try states()
        _ = try database.psql("select byok.set_current_master_key(1, 'reader broken')", role: "byok_operator")

        #expect(forth == "1 previous, 2 current")
        #expect(try states() == "1 current, 2 previous")
        let trail = try database.psql(
            "select actor, detail ->> 'reason' from byok.audit_log where action = 'master_key.set_current' order by id")
        #expect(trail == "byok_operator|quarterly\nbyok_operator|reader broken")
    }

    @Test(arguments: ["''", "'  '", "null"])
    func `no move without a reason`(reason: String) {
        #expect(
            database.sqlState("select byok.set_current_master_key(1, \(reason))", role: "byok_operator") == "BK005")
    }

    @Test func `the owner of the schema is not the operator`() {
        for call in ["set_current_master_key(1, 'x')", "retire_master_key(1, 'x')", "pause('x', 'x')"] {
            #expect(database.sqlState("select byok.\(call)", role: "byok_owner") == "BK004")
        }
    }

    @Test func `a key that still seals something is not retired, nor is the current one`() throws {
        try database.addKey(1)
        _ = try register(2, "a2")
        let retire = "select byok.retire_master_key(1, 'rotated', 0, '0 s')"
        let rotation = try RotationFixture(database)

        #expect(database.sqlState(retire, role: "byok_operator") == "BK005")
        _ = try database.psql("select byok.set_current_master_key(2, 'rotate')", role: "byok_operator")
        #expect(database.sqlState(retire, role: "byok_operator") == "BK005")
        try rotation.verify(rotation.complete())
        #expect(database.sqlState(retire, role: "byok_operator") == "00000")

        #expect(try states() == "1 retired, 2 current")
        #expect(database.sqlState("select byok.set_current_master_key(1, 'x')", role: "byok_operator") == "BK005")
        #expect(database.sqlState("select byok.reserve_seals(1, 1)", role: "byok_app") == "BK005")
    }

    @Test func `a key that never was current is retired at once`() throws {
        _ = try register(2, "a2")

        #expect(database.sqlState("select byok.retire_master_key(2, 'typo')", role: "byok_operator") == "00000")
        #expect(try states() == "1 current, 2 retired")
    }

    @Test func `quarantined rows stay behind only where their number was said`() throws {
        let id = try database.addKey(1)
        _ = try register(2, "a2")
        _ = try database.psql("select byok.set_current_master_key(2, 'rotate')", role: "byok_operator")
        _ = try database.psql(
            "update byok.api_keys set quarantined_at = now(), quarantine_reason = 'does not open' where id = '\(id)'",
            role: "byok_owner")
        let rotation = try RotationFixture(database)
        try rotation.verify(rotation.complete())

        for (accepted, state) in [(0, "BK005"), (2, "BK005"), (1, "00000")] {
            let retire = "select byok.retire_master_key(1, 'x', \(accepted), '0 s')"
            #expect(database.sqlState(retire, role: "byok_operator") == state)
        }
    }

    @Test func `a retirement waits for a writer that has not committed yet`() async throws {
        _ = try register(2, "a2")
        _ = try database.psql("select byok.set_current_master_key(2, 'rotate')", role: "byok_operator")
        let writer = database.beside(
            """
            select byok.add_key(gen_random_uuid(), gen_random_uuid(), 'groq', '', 'gsk_', 1, \(TestDatabase.sealed(1)));
            select pg_sleep(3)
            """, role: "byok_app")
        // Without a pause of the task: the pool may come back to it only when the writer is long gone.
        while try database.psql(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'")
            == "0"
        {
            usleep(20_000)
        }

        let outcome = database.sqlState("select byok.retire_master_key(1, 'x')", role: "byok_operator")

        _ = try await writer.value
        #expect(outcome == "BK005")
    }

    @Test func `seals reserved by many at once are all counted`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<5 { _ = try database.psql("select byok.reserve_seals(1, 1000)", role: "byok_app") }
                }
            }
            try await group.waitForAll()
        }

        #expect(try database.psql("select sealed_count from byok.master_keys") == "40000")
    }

    @Test func `the seals of a key end at 2 to the 32nd`() throws {
        _ = try database.psql("update byok.master_keys set sealed_count = 4294967290", role: "byok_owner")

        #expect(database.sqlState("select byok.reserve_seals(1, 7)", role: "byok_app") == "BK003")
        #expect(try database.psql("select byok.reserve_seals(1, 6)", role: "byok_app") == "4294967296")
        #expect(database.sqlState("select byok.reserve_seals(1, 1)", role: "byok_app") == "BK003")
    }

    @Test(arguments: ["0", "-1", "null", "9223372036854775807"])
    func `a block of no sensible size is refused`(count: String) {
        #expect(database.sqlState("select byok.reserve_seals(1, \(count))", role: "byok_app") == "BK005")
    }

    @Test func `seals are not reserved inside a transaction that could take them back`() {
        let mixed = "begin; select byok.tell_key_holder('web.1', 1); select byok.reserve_seals(1, 1); commit"

        #expect(database.sqlState(mixed, role: "byok_app") == "BK005")
    }

    @Test func `a reader that tells twice is one holder, seen last`() throws {
        _ = try database.psql("select byok.tell_key_holder('web.1', 1)", role: "byok_app")
        _ = try database.psql("update byok.key_holders set seen_at = now() - interval '1 day'", role: "byok_owner")
        _ = try database.psql("select byok.tell_key_holder('web.1', 1)", role: "byok_app")

        #expect(
            try database.psql("select count(*), max(seen_at) > now() - interval '1 minute' from byok.key_holders")
                == "1|t")
    }
}
