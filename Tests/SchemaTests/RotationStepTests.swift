import Foundation
import TestSupport
import Testing

/// The steps of a rotation, in their order and out of it.
struct RotationStepTests {
    let database: TestDatabase
    let rotation: RotationFixture

    init() throws {
        database = try SupabaseShape.makeDatabase()
        rotation = try RotationFixture(database)
    }

    private func retire(_ more: String = "") -> String {
        database.sqlState("select byok.retire_master_key(1, 'rotated'\(more))", role: "byok_operator")
    }

    private func obstacles() throws -> String {
        try database.psql(
            "select byok.retirement_obstacles(1, 0, '24 h', null, null)", role: "byok_operator")
    }

    @Test func `a rotation goes to the current key only`() throws {
        _ = try database.psql(
            "select byok.register_master_key(2, decode(repeat('a2', 32), 'hex'))", role: "byok_operator")

        #expect(
            database.sqlState("select byok.begin_rotation(\(rotation.hold), 2, null)", role: "byok_rotate") == "BK009")
    }

    @Test func `beginning again goes on with the one that is open`() throws {
        try database.addKey(1)
        try database.makeCurrent(2)

        let first = try rotation.begin()
        let second = try rotation.begin()

        #expect(first == second)
        #expect(
            try database.psql("select target, keys_before, started_by from byok.rotations")
                == #"2|{"1": 1}|byok_rotate"#)
    }

    @Test func `a shard of another division is refused, and one of the same is not`() throws {
        try database.makeCurrent(2)
        let (half, otherHalf) = (
            try RotationFixture(database, shard: "0/2"), try RotationFixture(database, shard: "1/2")
        )

        #expect(database.sqlState("select byok.begin_rotation(\(half.hold), 2, null)", role: "byok_rotate") == "BK010")
        _ = try database.psql("delete from byok.job_leases where shard = '0/1'", role: "byok_owner")
        #expect(try half.begin() == otherHalf.begin())
    }

    @Test func `the fence waits for every shard`() throws {
        try database.makeCurrent(2)
        _ = try database.psql("delete from byok.job_leases", role: "byok_owner")
        let (half, otherHalf) = (
            try RotationFixture(database, shard: "0/2"), try RotationFixture(database, shard: "1/2")
        )
        let number = try half.begin()

        try half.note(number)
        #expect(try half.step("fence_rotation", number) == "f")
        try otherHalf.note(number)
        #expect(try otherHalf.step("fence_rotation", number) == "t")
    }

    @Test func `a step out of its order is refused`() throws {
        try database.addKey(1)
        try database.makeCurrent(2)
        let number = try rotation.begin()

        #expect(rotation.stepState("state_rotation_end", number) == "BK005")
        #expect(rotation.stepState("prove_rotation_end", number) == "42704")
        #expect(
            database.sqlState(
                "select byok.record_verification(\(rotation.hold), \(number), 1, 0)", role: "byok_rotate") == "BK005")
        #expect(try rotation.step("fence_rotation", number) == "f")
    }

    @Test func `nothing is proved while a key is left, and quarantined ones are let be`() throws {
        try database.addKey(1)
        let broken = try database.addKey(2)
        try database.makeCurrent(2)
        let number = try rotation.begin()
        try rotation.note(number)
        _ = try rotation.step("fence_rotation", number)
        #expect(try rotation.step("state_rotation_end", number) == "f")

        let put = try database.psql(
            """
            select byok.quarantine_row(\(rotation.hold), \(number), id, 1, sealed, 'not_authentic', 2)
            from byok.api_keys where id = '\(broken)'
            """, role: "byok_rotate")
        try rotation.sweep()

        #expect(put == "quarantined")
        #expect(try rotation.step("state_rotation_end", number) == "t")
        _ = try rotation.step("prove_rotation_end", number)
        #expect(
            try database.psql(
                "select validated_rows, validated_quarantined, quarantined, last_lsn is not null from byok.rotations")
                == "1|1|1|t")
        #expect(
            try database.psql("select convalidated from pg_constraint where conname = 'api_keys_under_target'") == "t")
    }

    @Test func `every step is in the audit trail`() throws {
        try database.makeCurrent(2)
        let number = try rotation.complete()
        try rotation.verify(number)
        #expect(retire(", 0, '0 s'") == "00000")

        let trail = try database.psql(
            "select action, actor from byok.audit_log where action ~ 'rotation|retired' order by id")
        #expect(
            trail == """
                master_key.rotation_begun|byok_rotate
                master_key.rotation_fenced|byok_rotate
                master_key.rotation_proved|byok_rotate
                master_key.rotation_verified|byok_rotate
                master_key.retired|byok_operator
                """)
    }

    @Test func `a key is retired when nothing stands against it any more`() throws {
        try database.addKey(1)
        try database.makeCurrent(2)
        #expect(try obstacles() == "{not_swept,not_proved,not_verified}")
        #expect(retire() == "BK005")

        let number = try rotation.complete()
        #expect(try obstacles() == "{not_verified,grace}")
        try rotation.verify(number)
        #expect(retire() == "BK005")
        try database.shiftTime(by: "25 hours")
        #expect(try obstacles() == "{}")
        #expect(retire() == "00000")

        #expect(try database.psql("select version, state from byok.master_keys order by 1") == "1|retired\n2|current")
        #expect(try database.psql("select ended_as from byok.rotations") == "retired")
    }

    @Test func `a reader without the key holds back the beginning and the retirement, unless somebody answers for it`()
        throws
    {
        try database.addKey(1)
        _ = try database.psql("select byok.tell_held_keys('web.1', '{1}')", role: "byok_app")
        try database.makeCurrent(2)
        let begin = "select byok.begin_rotation(\(rotation.hold), 2, null)"

        #expect(database.sqlState(begin, role: "byok_rotate") == "BK008")
        _ = try database.psql("select byok.tell_held_keys('web.1', '{1,2}')", role: "byok_app")
        #expect(database.sqlState(begin, role: "byok_rotate") == "00000")
        let number = try rotation.complete()
        try rotation.verify(number)
        _ = try database.psql("select byok.tell_held_keys('web.1', '{1}')", role: "byok_app")
        #expect(retire(", 0, '0 s'") == "BK005")
        #expect(try obstacles() == "{grace,readers}")

        #expect(retire(", 0, '0 s', 'web.1 was shut down'") == "00000")
    }

    @Test func `a reader that was not seen for a day is not waited for`() throws {
        _ = try database.psql("select byok.tell_held_keys('web.1', '{1}')", role: "byok_app")
        #expect(try database.psql("select process from byok.readers_without(2)", role: "byok_rotate") == "web.1")

        try database.shiftTime(by: "25 hours")

        #expect(try database.psql("select process from byok.readers_without(2)", role: "byok_rotate") == "")
    }

    @Test func `a replica that says nothing is not past the end`() throws {
        try database.makeCurrent(2)
        let number = try rotation.complete()
        try rotation.verify(number)
        // A standby that is away: its slot is all that is known of it.
        let slot = "away_\(database.name)"
        _ = try database.psql("select pg_create_physical_replication_slot('\(slot)')")
        defer { _ = try? database.psql("select pg_drop_replication_slot('\(slot)')") }

        #expect(retire(", 0, '0 s'") == "BK005")
        #expect(retire(", 0, '0 s', null, array['another']") == "BK005")
        #expect(retire(", 0, '0 s', null, array['\(slot)']") == "00000")
    }

    @Test func `autovacuum gives way to a step that has waited for longer than deadlock_timeout`() throws {
        let cluster = try PrivateCluster(settings: [
            "autovacuum=on", "autovacuum_naptime=1s", "deadlock_timeout=300ms",
        ])
        let database = try cluster.makeDatabase(schema: true)
        _ = try database.psql(
            "select byok.register_master_key(1, decode(repeat('a1', 32), 'hex'))", role: "byok_operator")
        try database.makeCurrent(2)
        let rotation = try RotationFixture(database)
        let number = try rotation.begin()
        try rotation.note(number)
        _ = try database.psql(
            """
            insert into byok.api_keys (user_id, provider, label, key_prefix, master_key_version, sealed)
            select gen_random_uuid(), 'groq', '', 'gsk_', 2, \(TestDatabase.sealed(1)) from generate_series(1, 20000);
            -- One page after another, a tenth of a second each: it would hold the table for a minute.
            alter table byok.api_keys set (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1,
                autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
            update byok.api_keys set label = 'x'
            """, role: "byok_owner")
        let vacuuming = "select count(*) from pg_stat_progress_vacuum where relid = 'byok.api_keys'::regclass"
        for _ in 0..<600 {
            guard try database.psql(vacuuming) == "0" else { break }
            usleep(50_000)
        }
        #expect(try database.psql(vacuuming) == "1")

        var tries = 0
        repeat { tries += 1 } while rotation.stepState("fence_rotation", number) == "55P03" && tries < 60

        #expect(tries < 60)
        #expect(try database.psql("select fenced_at is not null from byok.rotations") == "t")
    }

    @Test func `a rotation begins anew behind the fence of one that has ended`() throws {
        try database.addKey(1)
        try database.makeCurrent(2)
        try rotation.verify(rotation.complete())
        #expect(retire(", 0, '0 s'") == "00000")

        let again = try rotation.complete()

        #expect(
            try database.psql(
                "select validated_at is not null, fence_lowered_at is null from byok.rotations where id = \(again)")
                == "t|t")
        #expect(try database.psql("select byok.fenced_to()") == "2")
    }

    @Test func `what somebody answered for once holds until the rotation ends`() throws {
        _ = try database.psql("select byok.tell_held_keys('web.1', '{1}')", role: "byok_app")
        try database.makeCurrent(2)
        let resume = "select byok.begin_rotation(\(rotation.hold), 2, null)"
        #expect(database.sqlState(resume, role: "byok_rotate") == "BK008")
        let number = try rotation.begin(confirmed: "'web.1 was shut down'")

        #expect(database.sqlState(resume, role: "byok_rotate") == "00000")
        #expect(
            try database.psql("select id, holders_confirmed from byok.rotations") == "\(number)|web.1 was shut down")
        try database.makeCurrent(1)
        try database.makeCurrent(2)
        #expect(database.sqlState(resume, role: "byok_rotate") == "BK008")
    }

    @Test func `progress said twice counts once, and tells of a pause`() throws {
        try database.makeCurrent(2)
        let number = try rotation.begin()
        let note = #"{"rotated": 40, "cursor": "10000000-0000-4000-8000-000000000001", "waiting_for": "replica"}"#

        try rotation.note(number, note)
        try rotation.note(number, note)
        _ = try database.psql("select byok.pause('rotate-master', 'month end')", role: "byok_operator")
        let answer = try database.psql(
            """
            select pause_reason, paused_job, wal_position is not null from byok.note_rotation(\(rotation.hold), \(number),
                '{"run_id": "00000000-0000-4000-8000-000000000001", "pass": 1, "total": 1, "rotated": 41, "changed": 0,
                  "deleted": 0, "quarantined": 0, "heap_only": 0, "wal_bytes": 0}')
            """, role: "byok_rotate")

        #expect(answer == "month end|rotate-master|t")
        #expect(try database.psql("select shard, rotated, waiting_for from byok.rotation_progress") == "0/1|41|")
    }
}
