import Foundation
import TestSupport
import Testing

/// Under which master keys something may be sealed, whoever writes.
struct FenceTests {
    let database: TestDatabase
    let rotation: RotationFixture

    init() throws {
        database = try SupabaseShape.makeDatabase()
        rotation = try RotationFixture(database)
    }

    private func writing(under version: Int, role: String = "byok_owner") -> String {
        database.sqlState(
            """
            insert into byok.api_keys (user_id, provider, label, key_prefix, master_key_version, sealed)
            values (gen_random_uuid(), 'groq', '', 'gsk_', \(version), \(TestDatabase.sealed(version)))
            """, role: role)
    }

    private func adding(under version: Int) -> String {
        database.sqlState(
            """
            select byok.add_key(gen_random_uuid(), gen_random_uuid(), 'groq', '', 'gsk_', \(version),
                \(TestDatabase.sealed(1)))
            """, role: "byok_app")
    }

    /// Until a session beside this one has done its work and holds its locks.
    private func waitForSleeper() throws {
        let sleepers =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
        for _ in 0..<500 {
            if try database.psql(sleepers) != "0" { return }
            usleep(20_000)
        }
        Issue.record("no session sleeps after 10 s")
    }

    @Test func `before a rotation the current key and those before it may seal, and no other`() throws {
        #expect(writing(under: 1) == "00000")
        #expect(writing(under: 2) == "BK007")
        _ = try database.psql(
            "select byok.register_master_key(2, decode(repeat('a2', 32), 'hex'))", role: "byok_operator")
        #expect(writing(under: 2) == "BK007")

        try database.makeCurrent(2)

        #expect(writing(under: 1) == "00000")
        #expect(writing(under: 2) == "00000")
        #expect(writing(under: 3) == "BK007")
    }

    @Test func `during a sweep writers with the old and with the new key go on`() throws {
        try database.makeCurrent(2)
        _ = try rotation.begin()

        #expect(adding(under: 1) == "00000")
        #expect(adding(under: 2) == "00000")
        #expect(writing(under: 3) == "BK007")
    }

    @Test func `behind the fence only the target seals, and a key left behind can still be checked`() throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        let number = try rotation.begin()
        try rotation.note(number)

        #expect(try rotation.step("fence_rotation", number) == "t")

        #expect(adding(under: 1) == "BK007")
        #expect(adding(under: 2) == "00000")
        let check = "update byok.api_keys set last_checked_at = now(), updated_at = now() where id = '\(id)'"
        #expect(database.sqlState(check, role: "byok_owner") == "00000")
        #expect(try database.psql("select count(*) from byok.api_keys where master_key_version = 1") == "1")
    }

    @Test func `the fence waits for nobody, and is up only when no writer is open`() async throws {
        try database.makeCurrent(2)
        let number = try rotation.begin()
        try rotation.note(number)
        let writer = database.beside(
            """
            select byok.add_key(gen_random_uuid(), gen_random_uuid(), 'groq', '', 'gsk_', 1, \(TestDatabase.sealed(1)));
            select pg_sleep(2)
            """, role: "byok_app")
        try waitForSleeper()

        #expect(rotation.stepState("fence_rotation", number) == "55P03")
        #expect(try database.psql("select fenced_at is null from byok.rotations") == "t")

        _ = try await writer.value
        #expect(try rotation.step("fence_rotation", number) == "t")
        // What the writer left is seen, so the end cannot be stated over it.
        #expect(try rotation.step("state_rotation_end", number) == "f")
    }

    @Test func `the constraint refuses what the trigger did not see`() throws {
        try database.makeCurrent(2)
        _ = try rotation.complete()

        let replica = """
            set session_replication_role = replica;
            insert into byok.api_keys (user_id, provider, key_prefix, master_key_version, sealed)
            values (gen_random_uuid(), 'groq', 'gsk_', 1, \(TestDatabase.sealed(1)))
            """
        #expect(database.sqlState(replica, role: "postgres") == "23514")
    }

    @Test func `the fence falls when another key is made current, or nothing could be sealed`() throws {
        try database.addKey(1)
        try database.makeCurrent(2)
        _ = try rotation.complete()
        #expect(adding(under: 1) == "BK007")

        try database.makeCurrent(1)

        #expect(adding(under: 1) == "00000")
        #expect(adding(under: 2) == "00000")
        #expect(
            try database.psql(
                "select count(*) from pg_constraint where conname = 'api_keys_under_target'") == "0")
        // And back the whole way.
        let back = try rotation.complete(1)
        #expect(adding(under: 2) == "BK007")
        #expect(
            try database.psql("select target, ended_as, id = \(back) from byok.rotations order by id")
                == "2|superseded|f\n1||t")
    }

    @Test func `making another key current does not queue everybody behind a long reader`() async throws {
        try database.makeCurrent(2)
        _ = try rotation.complete()
        let reader = database.beside("begin; select count(*) from byok.api_keys; select pg_sleep(2)")
        try waitForSleeper()

        let outcome = database.sqlState("select byok.set_current_master_key(1, 'back')", role: "byok_operator")

        #expect(outcome == "55P03")
        #expect(try database.psql("select version from byok.master_keys where state = 'current'") == "2")
        _ = try await reader.value
        #expect(database.sqlState("select byok.set_current_master_key(1, 'back')", role: "byok_operator") == "00000")
    }

    @Test func `a quarantined key under an older master key is not released behind the fence`() throws {
        let id = try database.addKey(1)
        _ = try database.psql(
            "update byok.api_keys set quarantined_at = now(), quarantine_reason = 'not_authentic'", role: "byok_owner")
        try database.makeCurrent(2)
        _ = try rotation.complete()
        let release = "select byok.release_quarantine('{\(id)}', 'mended')"

        #expect(database.sqlState(release, role: "byok_operator") == "BK007")
        try database.makeCurrent(1)
        #expect(database.sqlState(release, role: "byok_operator") == "00000")
    }

    @Test func `a rotation whose fence fell is over, and its proof counts for nothing`() throws {
        try database.addKey(1)
        try database.makeCurrent(2)
        let first = try rotation.complete()
        try rotation.verify(first)

        try database.makeCurrent(1)
        #expect(adding(under: 1) == "00000")
        try database.makeCurrent(2)

        #expect(
            try database.psql(
                "select ended_as, finished_at is not null, fence_lowered_at is not null from byok.rotations")
                == "superseded|t|t")
        #expect(rotation.stepState("state_rotation_end", first) == "BK009")
        #expect(try rotation.begin() != first)
        let second = try rotation.complete()
        #expect(try database.psql("select validated_rows from byok.rotations where id = \(second)") == "2")
    }

    @Test func `no constraint outlives the key it was made for`() throws {
        try database.addKey(1)
        try database.makeCurrent(2)
        let first = try rotation.begin()
        try rotation.sweep()
        try rotation.note(first)
        _ = try rotation.step("fence_rotation", first)
        try database.makeCurrent(1)
        try database.makeCurrent(2)
        _ = try rotation.complete()

        try database.makeCurrent(1)

        #expect(adding(under: 1) == "00000")
        // Nor one whose fence is gone already.
        try database.makeCurrent(2)
        _ = try rotation.complete()
        _ = try database.psql("update byok.rotations set fence_lowered_at = now() where fenced_at is not null")
        try database.makeCurrent(1)
        #expect(
            try database.psql("select count(*) from pg_constraint where conname = 'api_keys_under_target'") == "0")
    }

    @Test(arguments: ["begin", "fence"])
    func `the current key stays current until a step of its rotation is committed`(step: String) async throws {
        try database.makeCurrent(2)
        var call = "select byok.begin_rotation(\(rotation.hold), 2, null)"
        if step == "fence" {
            let number = try rotation.begin()
            try rotation.note(number)
            call = "select byok.fence_rotation(\(rotation.hold), \(number))"
        }
        let open = database.beside("begin; \(call); select pg_sleep(2); commit", role: "byok_rotate")
        try waitForSleeper()
        let back = "select byok.set_current_master_key(1, 'back')"

        #expect(database.sqlState(back, role: "byok_operator") == "55P03")

        _ = try await open.value
        #expect(database.sqlState(back, role: "byok_operator") == "00000")
        #expect(adding(under: 1) == "00000")
        #expect(try database.psql("select count(*) from byok.rotations where finished_at is null") == "0")
    }

    @Test func `a fence around another key falls even where the key is current already`() throws {
        try database.makeCurrent(2)
        _ = try rotation.complete()
        _ = try database.psql(
            """
            update byok.master_keys set state = 'previous' where version = 2;
            update byok.master_keys set state = 'current' where version = 1
            """)
        #expect(adding(under: 1) == "BK007")

        try database.makeCurrent(1)

        #expect(adding(under: 1) == "00000")
    }

    @Test func `the fence and the proof stay where the target is made current once more`() throws {
        try database.makeCurrent(2)
        _ = try rotation.complete()

        try database.makeCurrent(2)

        #expect(adding(under: 1) == "BK007")
        #expect(try database.psql("select ended_as is null, fence_lowered_at is null from byok.rotations") == "t|t")
        #expect(
            try database.psql("select count(*) from pg_constraint where conname = 'api_keys_under_target'") == "1")
    }

    @Test func `a quarantined key under a retired master key is not released, fence or none`() throws {
        let id = try database.addKey(1)
        _ = try database.psql(
            "update byok.api_keys set quarantined_at = now(), quarantine_reason = 'not_authentic'", role: "byok_owner")
        try database.makeCurrent(2)
        try rotation.verify(rotation.complete())
        _ = try database.psql("select byok.retire_master_key(1, 'lost', 1, '0 s')", role: "byok_operator")
        try database.makeCurrent(3)

        let release = "select byok.release_quarantine('{\(id)}', 'mended')"
        #expect(database.sqlState(release, role: "byok_operator") == "BK007")
        #expect(try database.psql("select quarantined_at is not null from byok.api_keys") == "t")
    }
}
