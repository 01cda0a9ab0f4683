import Foundation
import TestSupport
import Testing

/// A rotation that is killed in a step of its own choosing, with one row that does not open.
struct KillTests {
    /// Sessions that call a function named in `public.halt` wait in its midst until the name is taken away; each write of
    /// a sealed key leaves its id.
    private static func stage(_ count: Int) throws -> Stage {
        let stage = try Stage()
        try stage.plant(count)
        _ = try stage.database.psql(
            """
            set session_replication_role = replica;
            update byok.api_keys set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)
            where id = (select min(id::text)::uuid from byok.api_keys)
            """)
        _ = try stage.database.psql(
            """
            create table public.halt (step text);
            create table public.writes (id uuid);
            create function public.wait() returns void language plpgsql security definer as $$
            begin
                while exists (select from public.halt h where current_query() like '%' || h.step || '%') loop
                    perform pg_sleep(0.05);
                end loop;
            end $$;
            create function public.wait_in_row() returns trigger language plpgsql security definer as
                $$ begin perform public.wait(); return new; end $$;
            create function public.wait_in_command() returns event_trigger language plpgsql security definer as
                $$ begin perform public.wait(); end $$;
            create function public.count_write() returns trigger language plpgsql security definer as
                $$ begin insert into public.writes values (new.id); return null; end $$;
            create trigger wait before update on byok.rotations
            for each row execute function public.wait_in_row();
            create trigger wait before update of state on byok.master_keys
            for each row execute function public.wait_in_row();
            create trigger count_write after update of sealed on byok.api_keys
            for each row execute function public.count_write();
            create event trigger wait on ddl_command_end when tag in ('ALTER TABLE')
            execute function public.wait_in_command()
            """)
        return stage
    }

    private static func halt(_ stage: Stage, in step: String) throws {
        _ = try stage.database.psql("insert into public.halt values ('\(step)')")
    }

    private static func waitForHalt(_ stage: Stage) throws {
        try stage.wait { try stage.count(halted) == 1 }
        #expect(try stage.count(halted) == 1)
    }

    private static let halted =
        "pg_stat_activity a, public.halt h where a.wait_event = 'PgSleep' and a.query like '%' || h.step || '%'"

    /// The client is gone; its session ends, or does what it was told and commits.
    private static func kill(_ child: consuming Subprocess, _ stage: Stage, committing: Bool) throws {
        try waitForHalt(stage)
        child.send(SIGKILL)
        _ = child.wait()
        if !committing { _ = try stage.database.psql("select pg_terminate_backend(a.pid) from \(halted)") }
        _ = try stage.database.psql("delete from public.halt")
        let others = "pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        try stage.wait { try stage.count(others) == 0 }
        _ = try stage.database.psql("update byok.job_leases set until = now()", role: "byok_owner")
    }

    private static func expectWholeEnd(_ stage: Stage, _ count: Int) throws {
        #expect(
            try stage.database.psql("select count(*), count(distinct id) from public.writes") == "\(count)|\(count)")
        #expect(
            try stage.database.psql("select validated_rows, validated_quarantined, quarantined from byok.rotations")
                == "\(count)|1|1")
        #expect(
            try stage.database.psql("select convalidated from pg_constraint where conname = 'api_keys_under_target'")
                == "t")
        #expect(try stage.opened(with: [2]).count == count)
    }

    @Test(
        arguments: ["note_rotation", "fence_rotation", "state_rotation_end", "prove_rotation_end"], [true, false])
    func `killed in a step after the sweep, whether it came through or not, the next run ends as ever`(
        step: String, committing: Bool
    ) throws {
        let stage = try Self.stage(300)
        // The first note of a replica, declared here, is the one that changes the rotation.
        let replica = step == "note_rotation" ? ["BYOK_REPLICA_URL": "host=/tmp/byok-nowhere dbname=x"] : [:]
        try Self.halt(stage, in: step)
        try Self.kill(try stage.start(with: replica), stage, committing: committing)

        let ended = try stage.run()

        #expect(ended.status == 65, "\(ended.stderr)")
        #expect(ended.stdout.contains("every key but 1,"), "\(ended.stdout)")
        try Self.expectWholeEnd(stage, 299)
    }

    @Test(arguments: [true, false])
    func `killed while it verifies or retires, the same command again does what is left`(committing: Bool) throws {
        let stage = try Self.stage(100)
        #expect(try stage.run().status == 65)
        try Self.halt(stage, in: "record_verification")
        try Self.kill(try stage.start(["verify"]), stage, committing: committing)
        #expect(try stage.run(["verify"]).status == 65)

        let words = [
            "retire", "--key-version", "1", "--reason", "x", "--confirm", "retire version 1", "--grace", "0s",
            "--accept-quarantined", "1",
        ]
        let operatorRole = stage.database.environment(role: "byok_operator")
        try Self.halt(stage, in: "retire_master_key")
        try Self.kill(try stage.start(words, with: operatorRole), stage, committing: committing)
        let state = "select state from byok.master_keys where version = 1"
        #expect(try stage.database.psql(state) == (committing ? "retired" : "previous"))
        let retired = try stage.run(words, with: operatorRole)

        #expect(retired.status == 0, "\(retired.stderr)")
        #expect(try stage.database.psql(state) == "retired")
        #expect(try stage.count("byok.audit_log where action = 'master_key.retired'") == 1)
        #expect(try stage.count("byok.job_runs where exit_status = 0 and report_digest is not null") == 1)
        try Self.expectWholeEnd(stage, 99)
    }

    @Test func `a retirement whose reply is lost is looked up and not taken for a failure`() throws {
        let stage = try Self.stage(10)
        #expect(try stage.run().status == 65)
        #expect(try stage.run(["verify"]).status == 65)
        let relay = try Relay(to: .shared)
        try Self.halt(stage, in: "retire_master_key")
        let child = try stage.start(
            [
                "retire", "--key-version", "1", "--reason", "x", "--confirm", "retire version 1", "--grace", "0s",
                "--accept-quarantined", "1",
            ], with: relay.environment(stage.database, role: "byok_operator"))
        try Self.waitForHalt(stage)

        relay.swallowReplies()
        _ = try stage.database.psql("delete from public.halt")
        try stage.wait { try stage.count("byok.master_keys where state = 'retired'") == 1 }
        relay.cut()
        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts == ["retired": 1])
        #expect(try stage.count("byok.audit_log where action = 'master_key.retired'") == 1)
    }

    @Test func `shards at the same time, one of them killed and started again, move each row once and prove the end`()
        throws
    {
        let stage = try Self.stage(2000)
        func start(_ index: Int) throws -> Subprocess {
            try stage.start(["run", "--shard", "\(index)/4", "--max-rate", "250"], with: ["BYOK_LEASE_TTL": "4s"])
        }
        let first = try start(0)
        let doomed = try start(1)
        let third = try start(2)
        let fourth = try start(3)
        try stage.waitForRotated(200)
        doomed.send(SIGKILL)
        _ = doomed.wait()
        let second = try start(1)

        let ends = [Ended(first.wait()), Ended(second.wait()), Ended(third.wait()), Ended(fourth.wait())]

        // The one with the row set aside, and the one that proved the end, which tells of the whole.
        #expect(ends.allSatisfy { [0, 65].contains($0.status) }, "\(ends.map(\.stderr))")
        #expect(ends.contains { $0.stdout.contains("every key but 1,") }, "\(ends.map(\.stdout))")
        try Self.expectWholeEnd(stage, 1999)
        #expect(
            try stage.database.psql(
                "select sum(quarantined), bool_and(swept_at is not null) from byok.rotation_progress") == "1|t")
    }
}
