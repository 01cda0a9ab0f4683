import Foundation
import TestSupport
import Testing

/// A rotation beside an archive, a slot and an autovacuum that a server really has.
struct ServerHealthTests {
    @Test func `a slot that keeps too much holds the sweep until it is gone`() throws {
        let stage = try Stage(cluster: PrivateCluster())
        let ids = try stage.plant(4000)
        _ = try stage.database.psql("select pg_create_physical_replication_slot('left', true)")

        let child = try stage.start(["run", "--max-rate", "2000", "--max-wal-backlog", "200KiB"])
        try expectHeld(stage, by: "slot")
        _ = try stage.database.psql("select pg_drop_replication_slot('left')")
        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `an archive that falls behind holds the sweep until it has caught up`() throws {
        let cluster = try PrivateCluster(settings: ["archive_mode=on", "archive_command=false"])
        let stage = try Stage(cluster: cluster)
        try stage.plant(4000)
        func switchSegment() throws {
            _ = try stage.database.psql("select pg_logical_emit_message(false, 'test', 'x')")
            _ = try stage.database.psql("select pg_switch_wal()")
        }
        for _ in 1...4 { try switchSegment() }
        try stage.wait { try stage.count("pg_stat_archiver where failed_count > 0") == 1 }

        let child = try stage.start([
            "run", "--max-rate", "2000", "--max-wal-backlog", "24MiB", "--max-duration", "60s",
        ])
        try expectHeld(stage, by: "archive")
        _ = try stage.database.psql("alter system set archive_command = 'true'")
        _ = try stage.database.psql("select pg_reload_conf()")
        try switchSegment()
        // More than half of the limit, in a segment that nobody can archive yet.
        _ = try stage.database.psql("select pg_logical_emit_message(false, 'test', repeat('x', 13 << 20))")
        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
    }

    @Test func `an autovacuum of the keys holds the sweep, but no fast one`() throws {
        let stage = try Stage(cluster: PrivateCluster(settings: ["autovacuum=on", "autovacuum_naptime=1s"]))
        try stage.plant(3000)
        _ = try stage.database.psql(
            """
            -- One page after another, a tenth of a second each.
            alter table byok.api_keys set (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1,
                autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
            update byok.api_keys set label = 'x'
            """, role: "byok_owner")
        try stage.wait { try stage.count("pg_stat_progress_vacuum where relid = 'byok.api_keys'::regclass") == 1 }

        let child = try stage.start(["run", "--max-rate", "500"])
        try expectHeld(stage, by: "autovacuum")
        child.send(SIGTERM)
        _ = child.wait()
        let fast = try stage.run(["run", "--fast"])

        #expect(fast.status == 0, "\(fast.stderr)")
        #expect(try stage.count("byok.api_keys where master_key_version = 1") == 0)
    }

    @Test func `a run that cannot begin for somebody else's transaction says so, and begins behind it`() throws {
        let stage = try Stage(cluster: PrivateCluster())
        try stage.plant(10)
        let holder = try Subprocess(
            Repository.psql, ["-X", "-q"], environment: stage.database.environment(),
            input: "begin; lock table byok.api_keys in row exclusive mode; select pg_sleep(3); commit")
        try stage.wait { try stage.count("pg_locks where relation = 'byok.api_keys'::regclass and granted") > 0 }

        let ended = try stage.run()

        #expect(holder.wait().status == 0)
        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.stderr.components(separatedBy: "cannot begin yet").count == 2, "\(ended.stderr)")
    }

    private func expectHeld(_ stage: Stage, by reason: String) throws {
        try stage.wait {
            try stage.count("byok.rotation_progress where waiting_for = '\(reason)' or swept_at is not null") > 0
        }
        #expect(try stage.database.psql("select waiting_for from byok.rotation_progress") == reason)
        let moved = try stage.count("byok.api_keys where master_key_version = 2")
        usleep(1_500_000)
        #expect(try stage.count("byok.api_keys where master_key_version = 2") == moved)
        let status = try stage.run(["status"])
        #expect(status.stdout.contains(reason), "\(status.stdout) \(status.stderr)")
    }
}
