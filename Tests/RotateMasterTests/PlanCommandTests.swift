import Foundation
import TestSupport
import Testing

@testable import rotate_master

struct PlanCommandTests {
    private func next(_ stage: RotationStage, keys: [Int] = [1, 2]) throws -> String {
        try RotationStage.json(try stage.command("plan", "--json", keys: keys))["next"] as? String ?? ""
    }

    @Test func `the exact next command is named at every step, and each leads to the one after it`() throws {
        let stage = try RotationStage(5)
        #expect(try next(stage).contains("byok master-keys generate"))

        try stage.register(2)
        #expect(try next(stage) == #"byok master-keys set-current --key-version 2 --reason "…""#)
        let current = try Subprocess.run(
            Repository.products.appending(path: "byok").path,
            ["master-keys", "set-current", "--key-version", "2", "--reason", "ticket 8"],
            environment: stage.environment(role: "byok_operator", keys: []))
        #expect(current.status == 0, "\(current.stderr)")

        #expect(try next(stage) == "rotate-master run --to 2")
        try stage.sweep(5, proving: false)
        #expect(try next(stage) == "rotate-master run --to 2")
        try stage.sweep(5)
        #expect(try next(stage) == "rotate-master verify")
        #expect(try stage.verify().status == 0)
        #expect(
            try next(stage)
                == #"rotate-master retire --key-version 1 --reason "…" --confirm "retire version 1""#)
        #expect(try stage.retire(1, "--grace", "0s").status == 0)
        #expect(try next(stage).hasPrefix("nothing"))
        #expect(try stage.command("plan", role: "byok_rotate", keys: [2]).status == 0)
    }

    @Test func `the way back is planned like the way there`() throws {
        let stage = try RotationStage(3)
        try stage.makeCurrent(2)
        try stage.sweep(3)
        let plan = try stage.command("plan", "--to", "1", keys: [1, 2])
        #expect(plan.stdout.contains("byok master-keys set-current --key-version 1"), "\(plan.stdout)")
        try stage.makeCurrent(1)
        #expect(try next(stage) == "rotate-master run --to 1")
    }

    @Test func `what would spoil a sweep is named, with its owner, and ends with 1`() throws {
        let cluster = try PrivateCluster(settings: ["max_prepared_transactions=4", "wal_level=logical"])
        let stage = try RotationStage(3, on: cluster)
        try stage.register(2)
        #expect(try stage.command("plan", keys: [1, 2]).status == 0)

        _ = try stage.database.psql("create index spoiler on byok.api_keys (status, master_key_version)")
        _ = try stage.database.psql("alter table byok.api_keys set (fillfactor = 100)")
        // The slot first: making one waits for every transaction that is under way.
        _ = try stage.database.psql("select pg_create_logical_replication_slot('left_behind', 'pgoutput')")
        _ = try stage.database.psql("begin; create table held (a int); prepare transaction 'forgotten'")
        let plan = try stage.command("plan", role: "byok_rotate", keys: [1, 2])

        #expect(plan.status == 1)
        for expected in ["index spoiler, and 1 more", "prepared transaction forgotten of postgres", "left_behind"] {
            #expect(plan.stdout.contains(expected), "\(expected) in\n\(plan.stdout)")
        }
    }

    @Test func `a session that pins the horizon is named by its process and user`() throws {
        let cluster = try PrivateCluster()
        let stage = try RotationStage(1, on: cluster)
        try stage.register(2)
        let holder = try Subprocess(
            Repository.psql, ["-X", "-q"], environment: stage.database.environment(role: "byok_app"),
            input:
                "set statement_timeout = 0; begin isolation level repeatable read; select count(*) from byok.api_keys; select pg_sleep(60);"
        )
        defer { holder.send(SIGKILL) }
        let pinning = "select pid from pg_stat_activity where usename = 'byok_app' and backend_xmin is not null"
        for _ in 0..<200 where try stage.database.psql(pinning).isEmpty { usleep(50_000) }
        let pid = try stage.database.psql(pinning)

        let blind = try stage.command("plan", "--json", keys: [1, 2])
        _ = try stage.database.psql("grant pg_read_all_stats to byok_owner")
        let plan = try stage.command("plan", "--json", keys: [1, 2])

        for (finished, isSeen) in [(blind, false), (plan, true)] {
            #expect(finished.status == 0, "neither a young one nor one whose age is hidden holds up a sweep")
            let horizon = try RotationStage.json(finished)["horizon"] as? [[String: Any]] ?? []
            let entry = horizon.first { $0["name"] as? String == pid } ?? [:]
            #expect(entry["user"] as? String == "byok_app")
            #expect((entry["seconds"] as? Double != nil) == isSeen)
            #expect(entry["lasting"] as? Bool == (isSeen ? false : nil))
        }
    }

    @Test func `a session that holds the table and does nothing is named too, since the last steps wait for it`() throws
    {
        let stage = try RotationStage(1)
        let holder = try Subprocess(
            Repository.psql, ["-X", "-q"], environment: stage.database.environment(role: "byok_app"),
            input: "begin; select count(*) from byok.usable_keys;\n\\! sleep 60\n")
        defer { holder.send(SIGKILL) }
        let holders = "select h.kind from byok.horizon_holders() h where h.who = 'byok_app'"
        var found = ""
        for _ in 0..<200 where found.isEmpty {
            found = try stage.database.psql(holders, role: "byok_operator")
            usleep(50_000)
        }

        #expect(found == "session")
    }

    @Test func `a session holds up a sweep once it lasts, and so does what nobody ends by itself`() {
        func holds(_ kind: PlanHorizon.Kind, _ seconds: Double?) -> Bool? {
            PlanHorizon(kind: kind, name: "7", who: "web", place: "app", seconds: seconds, transactions: 9).isLasting
        }
        #expect(holds(.session, 59) == false)
        #expect(holds(.session, 60) == true)
        #expect(holds(.session, nil) == nil)
        #expect(holds(.prepared, 1) == true)
        #expect(holds(.slot, nil) == true)
    }

    @Test func `a reader that fell silent without the key is not decided, until it is forgotten`() throws {
        let stage = try RotationStage(1)
        try stage.register(2)
        _ = try stage.database.psql("select byok.tell_held_keys('web.1', '{1}')", role: "byok_app")
        try stage.database.shiftTime(by: "25 hours")
        _ = try stage.database.psql("select byok.tell_held_keys('web.2', '{1,2}')", role: "byok_app")

        let plan = try stage.command("plan", keys: [1, 2])

        #expect(plan.status == 0)
        #expect(plan.stdout.contains("1 fell silent more than 24 h ago and did not hold version 2: web.1"))
        #expect(plan.stdout.contains("byok.tell_held_keys('web.1', '{}')"))
        _ = try stage.database.psql("select byok.tell_held_keys('web.1', '{}')", role: "byok_app")
        #expect(try stage.command("plan", keys: [1, 2]).stdout.contains("all 1 hold version 2"))
    }

    @Test func `readers without the key are named, and held up for`() throws {
        let stage = try RotationStage(1)
        try stage.register(2)
        _ = try stage.database.psql("select byok.tell_held_keys('web.1', '{1}')", role: "byok_app")
        _ = try stage.database.psql("select byok.tell_held_keys('web.2', '{1,2}')", role: "byok_app")
        let plan = try stage.command("plan", keys: [1, 2])
        #expect(plan.status == 1)
        #expect(plan.stdout.contains("1 do not hold version 2: web.1"), "\(plan.stdout)")
        let current = try Subprocess.run(
            Repository.products.appending(path: "byok").path,
            ["master-keys", "set-current", "--key-version", "2", "--reason", "x"],
            environment: stage.environment(role: "byok_operator", keys: []))
        #expect(current.status == 1)
        #expect(current.stderr.contains("web.1"))
        #expect(try stage.database.psql("select version from byok.master_keys where state = 'current'") == "1")
    }

    @Test func `a wrong key and a missing one are 78, before anything is opened`() throws {
        let stage = try RotationStage(4)
        try stage.register(2)
        let wrong = RotationStage.entry(1).replacing("1:", with: "2:", maxReplacements: 1)
        let plan = try stage.command(
            "plan", keys: [1], with: ["BYOK_MASTER_KEYS": RotationStage.entry(1) + "," + wrong])
        #expect(plan.status == 78)
        #expect(plan.stdout.contains("the configured master key 2 is not the one registered"))
        let missing = try stage.command("plan", keys: [2])
        #expect(missing.status == 78)
        #expect(missing.stdout.contains("has not version 1, under which 4 keys are sealed"), "\(missing.stdout)")
    }

    @Test func `seals that would not last are said before the sweep`() throws {
        let stage = try RotationStage(4)
        try stage.register(2)
        _ = try stage.database.psql("update byok.master_keys set sealed_count = 4294967293 where version = 2")
        let plan = try stage.command("plan", keys: [1, 2])
        #expect(plan.status == 1)
        #expect(plan.stdout.contains("3 of 2^32 are left under version 2, the sweep takes 4"), "\(plan.stdout)")
    }

    @Test func `without rights it is 77 and without a database 69`() throws {
        let stage = try RotationStage()
        #expect(try stage.command("plan", role: "byok_mail").status == 77)
        #expect(
            try stage.command("plan", "--reconnect-budget", "1s", with: ["PGHOST": "/tmp/byok-nowhere"]).status == 69)
        #expect(try stage.command("plan", "--to", "one").status == 64)
    }
}
