import Foundation
import TestSupport
import Testing

/// A rotation that is killed, stopped, overtaken, or loses its database.
struct InterruptionTests {
    @Test func `killed again and again at any point, it ends as if nobody had disturbed it`() throws {
        let stage = try Stage()
        let ids = try stage.plant(3000)
        let rest = "select jsonb_agg(to_jsonb(k) - 'sealed' - 'master_key_version' order by id) from byok.api_keys k"
        let before = try stage.database.psql(rest)
        var random = SystemRandomNumberGenerator()

        for _ in 0..<12 {
            let child = try stage.start(["run", "--max-rate", "1500"])
            usleep(UInt32.random(in: 50_000...900_000, using: &random))
            child.send(SIGKILL)
            _ = child.wait()
            // Every key is readable at any moment, whoever died.
            #expect(try stage.opened(with: [1, 2]).count == 3000)
            _ = try stage.database.psql("update byok.job_leases set until = now()", role: "byok_owner")
        }
        let ended = try stage.run(["run", "--fast"])

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(try stage.isWhole(ids, with: [2]))
        #expect(try stage.database.psql(rest) == before)
        #expect(try stage.count("byok.rotations") == 1)
        #expect(try stage.database.psql("select validated_rows from byok.rotations") == "3000")
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `asked to stop, it finishes the statement, saves its place and says how to go on`(signal: Int32) throws {
        let stage = try Stage()
        let ids = try stage.plant(2000)
        let child = try stage.start(["run", "--max-rate", "400"])
        try stage.waitForRotated(300)

        child.send(signal)
        let ended = Ended(child.wait())

        #expect(ended.status == 75, "\(ended.stderr)")
        #expect(ended.next.contains("rotate-master run"))
        #expect(ended.counts["taken"] == ended.counts["rotated", default: 0] + ended.counts["returned", default: 0])
        #expect(try stage.count("byok.job_leases") == 0)
        #expect(
            try stage.database.psql("select cursor is not null, rotated from byok.rotation_progress")
                == "t|\(ended.counts["rotated", default: 0])")
        let again = try stage.run()
        #expect(again.status == 0)
        #expect(again.counts["rotated", default: 0] + ended.counts["rotated", default: 0] == 2000)
        #expect(try stage.database.psql("select rotated, total from byok.rotation_progress") == "2000|2000")
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `started again right after a kill, it waits for the dead run's lease instead of giving up`() throws {
        let stage = try Stage()
        let ids = try stage.plant(1000)
        let ttl = ["BYOK_LEASE_TTL": "6s"]
        let child = try stage.start(["run", "--max-rate", "300"], with: ttl)
        try stage.waitForRotated(100)
        child.send(SIGKILL)
        _ = child.wait()

        let waiting = try stage.start(with: ttl)
        usleep(1_500_000)
        waiting.send(SIGTERM)
        let stopped = Ended(waiting.wait())
        let again = try stage.run(with: ttl)

        #expect(stopped.status == 75, "\(stopped.stderr)")
        #expect(stopped.outcome == "stopped")
        #expect(again.status == 0, "\(again.stderr)")
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `statements that take too long are sent later and with fewer rows, until nothing is in the way`() throws
    {
        let stage = try Stage()
        let ids = try stage.plant(300)
        _ = try stage.database.psql(
            """
            create table public.slow ();
            insert into public.slow default values;
            create function public.dawdle() returns trigger language plpgsql security definer as $$
            begin
                if exists (select from public.slow) then perform pg_sleep(5); end if;
                return new;
            end $$;
            create trigger dawdle before update of sealed on byok.api_keys
            for each row when (new.id = '\(ids[7])') execute function public.dawdle();
            alter role byok_rotate in database \(stage.database.name) set statement_timeout = '2s'
            """)
        let child = try stage.start()
        let waiting = "byok.rotation_progress where waiting_for = 'timeout'"
        try stage.wait { try stage.count(waiting) == 1 }
        #expect(try stage.count(waiting) == 1)

        _ = try stage.database.psql("delete from public.slow")
        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts["rotated"] == 300)
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `two runs at once: the second is sent away`() throws {
        let stage = try Stage()
        try stage.plant(2000)
        let first = try stage.start(["run", "--max-rate", "500"])
        try stage.waitForRotated(50)

        let second = try stage.run()
        let other = try stage.run(["run", "--shard", "0/2"])

        #expect(second.status == 75)
        #expect(second.outcome == "lease_held")
        #expect(other.status == 75, "\(other.stderr)")
        let ended = Ended(first.wait())
        #expect(ended.status == 0)
        #expect(ended.counts["rotated"] == 2000)
    }

    @Test func `one that slept while another took over writes nothing more`() throws {
        let stage = try Stage()
        let ids = try stage.plant(3000)
        let sleeper = try stage.start(["run", "--max-rate", "500"], with: ["BYOK_LEASE_TTL": "1s"])
        try stage.waitForRotated(100)
        sleeper.send(SIGSTOP)
        usleep(300_000)
        let before = try stage.count("byok.api_keys where master_key_version = 2")
        usleep(1_200_000)

        let heir = try stage.run(["run", "--fast"])
        let places = "select md5(string_agg(ctid::text || encode(sealed, 'hex'), '' order by id)) from byok.api_keys"
        let after = try stage.database.psql(places)
        sleeper.send(SIGCONT)
        let woken = Ended(sleeper.wait())

        #expect(heir.status == 0, "\(heir.stderr)")
        #expect(heir.counts["rotated"] == 3000 - before)
        #expect(woken.status == 75, "\(woken.stderr)")
        #expect(woken.outcome == "lease_held")
        #expect(try stage.database.psql(places) == after)
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `PostgreSQL restarted in the middle is waited for`() throws {
        let cluster = try PrivateCluster(settings: ["fsync=on", "synchronous_commit=on"])
        let stage = try Stage(cluster: cluster)
        let ids = try stage.plant(2000)
        let child = try stage.start(["run", "--max-rate", "700"], with: ["BYOK_LEASE_TTL": "30s"])
        try stage.waitForRotated(200)

        try cluster.stop(.immediate)
        usleep(500_000)
        try cluster.start()
        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
        // A crash takes back what was committed less than a second before; it is moved again.
        #expect((2000...2700).contains(ended.counts["rotated", default: 0]))
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `a reply that is lost is looked up and not taken for a failure`() throws {
        let stage = try Stage()
        let ids = try stage.plant(1500)
        let relay = try Relay(to: .shared)
        let child = try stage.start(
            ["run", "--max-rate", "500"],
            with: relay.environment(stage.database, role: "byok_rotate").merging(["BYOK_LEASE_TTL": "30s"]) { $1 })

        for turn in 1...4 {
            try stage.waitForRotated(turn * 200)
            // What was sent is done by the server; nobody hears of it.
            relay.swallowReplies()
            usleep(150_000)
            relay.cut()
        }
        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts["rotated"] == 1500)
        #expect(ended.counts["taken"] == 1500)
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `through a pooler in transaction mode it is the same`() throws {
        let stage = try Stage()
        let ids = try stage.plant(1000)
        let pooler = try Pooler(.shared, serverConnections: 3)

        let ended = try stage.run(
            ["run", "--workers", "2"], with: pooler.environment(stage.database, role: "byok_rotate"))

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts["rotated"] == 1000)
        #expect(try stage.isWhole(ids, with: [2]))
    }

    @Test func `a key made current meanwhile ends the sweep to the other one`() throws {
        let stage = try Stage()
        let ids = try stage.plant(2000)
        let child = try stage.start(["run", "--max-rate", "400"])
        try stage.waitForRotated(100)

        try stage.makeCurrent(1)
        let ended = Ended(child.wait())
        let back = try stage.run()

        #expect(ended.status == 75, "\(ended.stderr)")
        #expect(ended.error.contains("another master key was made current"))
        #expect(back.status == 0, "\(back.stderr)")
        #expect(try stage.isWhole(ids, with: [1]))
    }
}
