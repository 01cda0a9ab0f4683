import Foundation
import TestSupport
import Testing

/// A rotation that nobody disturbs.
struct RunTests {
    @Test func `every key moves, the end is proved, and the new key alone reads everything`() throws {
        let stage = try Stage()
        let ids = try stage.plant(3000)
        let rest = "select jsonb_agg(to_jsonb(k) - 'sealed' - 'master_key_version' order by id) from byok.api_keys k"
        let before = try stage.database.psql(rest)

        let ended = try stage.run()

        #expect(ended.status == 0, "\(ended.stderr)\(ended.stdout)")
        #expect(ended.counts == ["taken": 3000, "rotated": 3000])
        #expect(ended.next == "rotate-master verify")
        #expect(try stage.isWhole(ids, with: [2]))
        #expect(try stage.database.psql(rest) == before)
        #expect(
            try stage.database.psql(
                "select target, validated_rows, validated_quarantined, fenced_at is not null from byok.rotations")
                == "2|3000|0|t")
        #expect(try stage.count("byok.key_events where event <> 'added'") == 0)
    }

    @Test func `what a run leaves behind tells who did what, and counts every opening`() throws {
        let stage = try Stage()
        try stage.plant(100)

        _ = try stage.run()

        #expect(
            try stage.database.psql(
                "select job, shard, exit_status, counts ->> 'rotated' from byok.job_runs") == "rotate-master|0/1|0|100")
        #expect(
            try stage.database.psql(
                "select detail -> 'opened' from byok.audit_log where action = 'keys.opened'")
                == #"{"rotate": 100, "rotate_compare": 100}"#)
        #expect(
            try stage.database.psql(
                "select shard, rotated, total, swept_at is not null, waiting_for is null from byok.rotation_progress")
                == "0/1|100|100|t|t")
        // Booked in a block, before they were made.
        #expect(try stage.database.psql("select sealed_count from byok.master_keys where version = 2") == "20000")
        #expect(try stage.count("byok.job_leases") == 0)
        // It ends with its run: a row that said what it holds would stand in the way of the next rotation for a day.
        #expect(try stage.count("byok.key_holders") == 0)
    }

    @Test func `with one master key nothing is begun, and the next one is planned as ever`() throws {
        let stage = try RotationStage(3)
        for command in ["run", "continue"] {
            let ended = Ended(try stage.command(command, "--json", role: "byok_rotate", keys: [1]))
            #expect(ended.status == 0, "\(ended.stderr)")
            #expect(ended.next.contains("rotate-master plan"))
        }
        #expect(try stage.database.psql("select count(*) from byok.rotations") == "0")
        try stage.register(2)
        let plan = try stage.command("plan", keys: [1, 2])
        #expect(plan.stdout.contains("byok master-keys set-current --key-version 2"), "\(plan.stdout)")
    }

    @Test func `running again has nothing to do and says what comes next`() throws {
        let stage = try Stage()
        try stage.plant(50)
        _ = try stage.run()

        for arguments in [["run"], []] {
            let again = try stage.run(arguments)
            #expect(again.status == 0)
            #expect(again.next == "rotate-master verify")
            #expect(again.counts.isEmpty)
        }
        #expect(try stage.count("byok.rotations") == 1)
    }

    @Test func `without a subcommand nothing is begun, and what was begun goes on`() throws {
        let stage = try Stage()
        try stage.plant(200)

        let first = try stage.run([])
        #expect(first.status == 0)
        #expect(first.next == "rotate-master run")
        #expect(first.counts == ["rest": 200])
        #expect(try stage.count("byok.rotations") == 0)

        let stopped = try stage.run(["run", "--max-rate", "50", "--max-duration", "1s"])
        #expect(stopped.status == 75, "\(stopped.stderr)")
        #expect(stopped.counts["rest", default: 0] > 0)
        let on = try stage.run([])
        #expect(on.status == 0, "\(on.stderr)")
        #expect(on.counts["rest"] == nil)
    }

    @Test func `an empty table is rotated too`() throws {
        let ended = try Stage().run()

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.next == "rotate-master verify")
    }

    @Test(arguments: [["--fast"], ["--fast", "--workers", "3"], ["--workers", "2"]])
    func `whatever the pace, every key moves once`(flags: [String]) throws {
        let stage = try Stage()
        let ids = try stage.plant(4000)

        let ended = try stage.run(["run"] + flags)

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts["rotated"] == 4000)
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `shards move their own part, and the last one raises the fence for all`() throws {
        let stage = try Stage()
        let ids = try stage.plant(600)

        let parts = try (0..<3).map { index in
            try stage.run(["run", "--shard", "/3"], with: ["JOB_COMPLETION_INDEX": "\(index)"])
        }

        #expect(parts.map(\.status) == [0, 0, 0], "\(parts.map(\.stderr))")
        #expect(parts.reduce(0) { $0 + $1.counts["rotated", default: 0] } == 600)
        #expect(parts[0].counts["rest"] == nil)
        #expect(parts[1].next.contains("fence"))
        #expect(parts[2].next == "rotate-master verify")
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `back again, after it was done and in the middle of it`() throws {
        let stage = try Stage()
        let ids = try stage.plant(500)
        _ = try stage.run()

        #expect(try stage.run(["run", "--to", "1"]).error.contains("master key 2 is current, not 1"))
        try stage.makeCurrent(1)
        let back = try stage.run(["run", "--to", "1"])
        #expect(back.status == 0, "\(back.stderr)")
        #expect(try stage.isWhole(ids, with: [1]))

        try stage.makeCurrent(2)
        let half = try stage.run(["run", "--max-rate", "200", "--max-duration", "1s"])
        #expect(half.status == 75)
        try stage.makeCurrent(1)
        let undone = try stage.run()
        #expect(undone.status == 0, "\(undone.stderr)")
        #expect(undone.counts["rotated", default: 0] < 500)
        #expect(try stage.isWhole(ids, with: [1]))
        #expect(
            try stage.database.psql("select target, ended_as from byok.rotations order by id")
                == "2|superseded\n1|superseded\n2|superseded\n1|")
    }

    @Test func `a rehearsal opens every key and writes nothing`() throws {
        let stage = try Stage()
        try stage.plant(300)
        let everything = """
            select (select md5(string_agg(k::text, '' order by id)) from byok.api_keys k), (select count(*) from byok.rotations),
                (select count(*) from byok.job_runs), (select count(*) from byok.audit_log),
                (select count(*) from byok.key_holders), (select sum(sealed_count) from byok.master_keys)
            """
        let before = try stage.database.psql(everything)

        let ended = try stage.run(["run", "--dry-run"])

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts == ["would_rotate": 300, "rest": 300])
        #expect(try stage.database.psql(everything) == before)
    }

    @Test func `the metrics file tells what became of the rows`() throws {
        let stage = try Stage()
        try stage.plant(20)
        let path = stage.folder.appending(path: "rotate.prom").path

        _ = try stage.run(["run", "--metrics-file", path])

        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("byok_rotate_master_rows{outcome=\"rotated\"} 20"))
    }
}
