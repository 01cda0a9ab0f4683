import Foundation
import TestSupport
import Testing

struct StatusTextTests {
    @Test func `everything about a sweep under way is there, for both roles`() throws {
        let stage = try RotationStage(10)
        try stage.makeCurrent(2)
        try stage.sweep(4, proving: false)
        _ = try stage.database.psql("select byok.tell_held_keys('web.1', '{1}')", role: "byok_app")
        _ = try stage.database.psql(
            """
            insert into byok.rotation_progress (rotation_id, shard, run_id, total, rotated, heap_only, wal_bytes,
                batch_size, statement_microseconds, rows_per_second, replica_lag_bytes, waiting_for)
            select id, '0/1', gen_random_uuid(), 10, 4, 3, 2400, 20, 248, 2, 4096, 'replica' from byok.rotations;
            insert into byok.job_leases (job, shard, holder, token, until)
            values ('rotate-master', '0/1', 'host:42', gen_random_uuid(), now() + interval '1 minute')
            """)
        _ = try stage.database.psql("select byok.pause('rotate-master', 'month end')", role: "byok_operator")

        for role in ["byok_operator", "byok_rotate"] {
            let status = try stage.command("status", role: role)
            #expect(status.status == 0, "\(status.stderr)")
            for expected in [
                "Phase     sweeping", "to master key 2", "version 1 (previous): 6", "version 2 (current): 4",
                "held by shard 0/1: host:42 since", "month end", "byok.resume('rotate-master'", "0.24 ms", "75 %",
                "600 B", "4096 B", "replica", "3s", "LACKS 2", "give version 2 to the readers that lack it",
            ] {
                #expect(status.stdout.contains(expected), "\(role) misses \(expected) in\n\(status.stdout)")
            }
        }
        let json = try RotationStage.json(try stage.command("status", "--json"))
        let shard = (json["shards"] as? [[String: Any]])?.first ?? [:]
        #expect(json["phase"] as? String == "sweeping")
        #expect(shard["heap_only_share"] as? Double == 0.75 && shard["left"] as? Int == 6)
        #expect(shard["seconds_left"] as? Double == 3 && shard["waiting_for"] as? String == "replica")
    }

    @Test func `each phase is told, and what stands in the way of the end`() throws {
        let stage = try RotationStage(2)
        func phase() throws -> String {
            try RotationStage.json(try stage.command("status", "--json"))["phase"] as? String ?? ""
        }
        #expect(try phase() == "idle")
        try stage.makeCurrent(2)
        #expect(try phase() == "waiting")
        try stage.sweep(2)
        #expect(try phase() == "proved")
        #expect(try stage.verify().status == 0)
        #expect(try phase() == "verified")
        let status = try stage.command("status")
        #expect(status.stdout.contains("in the way: the grace period of 1d"), "\(status.stdout)")
        #expect(status.stdout.contains("Last runs"))
        #expect(try stage.retire(1, "--grace", "0s").status == 0)
        #expect(try phase() == "idle")
    }

    @Test func `an empty database is told plainly, and a hostile holder does nothing to the terminal`() throws {
        let stage = try RotationStage()
        _ = try stage.database.psql(
            """
            insert into byok.job_leases (job, shard, holder, token, until)
            values ('rotate-master', '0/1', E'a\\x1b[2Jb', gen_random_uuid(), now() - interval '1 minute')
            """)
        for arguments in [["status"], ["status", "--json"]] {
            let status = try Subprocess.run(
                RotationStage.executable, arguments, environment: stage.environment(role: "byok_rotate", keys: []))
            #expect(status.status == 0)
            #expect(!status.stdout.unicodeScalars.contains("\u{1B}"))
        }
        let text = try stage.command("status").stdout
        #expect(text.contains("idle: nothing is under way") && text.contains("Last runs: none yet"))
        #expect(text.contains("left behind by"))
        #expect(try stage.command("status", role: "byok_mail").status == 77)
    }
}
