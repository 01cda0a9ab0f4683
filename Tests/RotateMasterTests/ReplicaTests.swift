import Foundation
import TestSupport
import Testing

/// A rotation with a real streaming replica that falls behind.
struct ReplicaTests {
    @Test func `a replica that falls behind holds the sweep until it has caught up`() throws {
        let cluster = try PrivateCluster()
        let stage = try Stage(cluster: cluster)
        let ids = try stage.plant(6000)
        // The schema's owner looks for the job; without this it is not shown where replicas are.
        _ = try stage.database.psql("grant pg_read_all_stats to byok_owner")
        let standby = try Standby(of: cluster, name: "standby")
        _ = try standby.psql("select pg_wal_replay_pause()")

        let child = try stage.start(
            ["run", "--max-rate", "3000", "--max-replica-lag", "200KiB"], with: ["BYOK_LEASE_TTL": "30s"])
        try stage.wait { try stage.count("byok.rotation_progress where waiting_for = 'replica'") > 0 }
        let held = try stage.count("byok.api_keys where master_key_version = 2")
        usleep(1_500_000)
        #expect(try stage.count("byok.api_keys where master_key_version = 2") == held)
        #expect(held < 6000)
        #expect(try stage.database.psql("select replica_lag_bytes > 200000 from byok.rotation_progress") == "t")
        _ = try standby.psql("select pg_wal_replay_resume()")
        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(try stage.isWhole(ids, with: [2]))
        // Where it is, is shown to whom it may concern.
        #expect(
            try stage.database.psql("select bool_and(at_lsn is not null) from byok.replicas()", role: "byok_rotate")
                == "t")
    }

    @Test func `one that is named and keeps up does not hide one that is shown and falls behind`() throws {
        let cluster = try PrivateCluster()
        let stage = try Stage(cluster: cluster)
        try stage.plant(4000)
        _ = try stage.database.psql("grant pg_read_all_stats to byok_owner")
        let slow = try Standby(of: cluster, name: "slow")
        let named = try Standby(of: cluster, name: "named")
        _ = try slow.psql("select pg_wal_replay_pause()")

        let url = "host=\(named.folder) port=\(named.port) dbname=postgres user=postgres"
        let child = try stage.start(
            ["run", "--max-rate", "2000", "--max-replica-lag", "100KiB"],
            with: ["BYOK_REPLICA_URL": url, "BYOK_LEASE_TTL": "30s"])
        try stage.wait {
            try stage.count("byok.rotation_progress where waiting_for = 'replica' or swept_at is not null") > 0
        }
        #expect(try stage.count("byok.rotation_progress where waiting_for = 'replica'") == 1)
        _ = try slow.psql("select pg_wal_replay_resume()")

        #expect(Ended(child.wait()).status == 0)
    }

    @Test func `a replica that is not shown is told, and asked directly it is waited for`() throws {
        let cluster = try PrivateCluster()
        let stage = try Stage(cluster: cluster)
        try stage.plant(3000)
        let standby = try Standby(of: cluster, name: "standby")
        _ = try standby.psql("select pg_wal_replay_pause()")

        let url = "host=\(standby.folder) port=\(standby.port) dbname=postgres user=postgres"
        let child = try stage.start(
            ["run", "--max-rate", "2000", "--max-replica-lag", "100KiB"],
            with: ["BYOK_REPLICA_URL": url, "BYOK_LEASE_TTL": "30s"])
        try stage.wait { try stage.count("byok.rotation_progress where waiting_for = 'replica'") > 0 }
        _ = try standby.psql("select pg_wal_replay_resume()")
        let asked = Ended(child.wait())
        #expect(asked.status == 0, "\(asked.stderr)")
        #expect(!asked.stderr.contains("does not say where it is"))

        // A retirement asks it too.
        #expect(try stage.run(["verify"]).status == 0)
        let end = try stage.database.psql("select max(last_lsn) from byok.rotations")
        try stage.wait { try standby.psql("select pg_last_wal_replay_lsn() >= '\(end)'") == "t" }
        let words = ["--reason", "test", "--grace", "0s", "--confirm", "retire version 1", "--dry-run"]
        let elsewhere = "host=\(standby.folder) port=1 dbname=postgres"
        for (named, obstacles) in [(url, []), (elsewhere, ["declared_replica"]), (nil, ["declared_replica"])] {
            var environment = stage.database.environment(role: "byok_operator")
            environment["BYOK_REPLICA_URL"] = named
            for command in ["plan", "status"] {
                let seen = try Subprocess(Stage.executable, [command], environment: environment).wait()
                #expect(
                    seen.stdout.contains("the replica of BYOK_REPLICA_URL") == !obstacles.isEmpty, "\(seen.stdout)")
            }
            environment["BYOK_JSON"] = "1"
            let retire = Ended(
                try Subprocess(
                    Stage.executable,
                    ["retire", "--key-version", "1", "--ignore-replica", "standby"] + words, environment: environment
                ).wait())
            #expect(retire.status == (obstacles.isEmpty ? 0 : 1), "\(retire.stderr)")
            #expect(obstacles.allSatisfy(retire.stdout.contains), "\(retire.stdout)")
        }

        let ended = Ended(
            try Subprocess(
                Stage.executable,
                ["retire", "--key-version", "1", "--ignore-replica", "standby", "--ignore-replica", "BYOK_REPLICA_URL"]
                    + words, environment: stage.database.environment(role: "byok_operator")
            ).wait())
        #expect(ended.status == 0, "\(ended.stderr)")

        // Not asked, and the owner may not see: told, not waited for; a retirement would refuse.
        try stage.makeCurrent(1)
        let hidden = try stage.run()
        #expect(hidden.status == 0, "\(hidden.stderr)")
        #expect(hidden.stderr.contains("does not say where it is"))
        let obstacles = try stage.database.psql(
            "select byok.retirement_obstacles(2, 0, '0 s', null, null)", role: "byok_operator")
        #expect(obstacles.contains("replicas"))
    }
}
