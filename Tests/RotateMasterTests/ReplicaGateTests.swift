import Foundation
import TestSupport
import Testing

/// The retirement's gate before real replicas and through a real pooler.
struct ReplicaGateTests {
    @Test func `a key is retired only once every replica is past the end of the sweep`() throws {
        let cluster = try PrivateCluster()
        let stage = try RotationStage(5, on: cluster)
        let standby = try Standby(of: cluster, name: "standby_a")
        try standby.psql("select pg_wal_replay_pause()")
        try stage.makeCurrent(2)
        try stage.sweep(5)
        #expect(try stage.verify().status == 0)

        // Positions are hidden from the owner of the schema: not decided.
        let undecided = try stage.retire(1, "--grace", "0s")
        #expect(undecided.status == 1)
        #expect(undecided.stderr.contains("standby_a (not decided)"), "\(undecided.stderr)")
        _ = try stage.database.psql("grant pg_read_all_stats to byok_owner")
        let behind = try stage.retire(1, "--grace", "0s")
        #expect(behind.status == 1)
        #expect(behind.stderr.contains("standby_a; next: wait"), "\(behind.stderr)")
        #expect(try stage.command("status").stdout.contains("before the end of the sweep"))
        // Giving up another one gives up none.
        #expect(try stage.retire(1, "--grace", "0s", "--ignore-replica", "standby_b").status == 1)

        try standby.psql("select pg_wal_replay_resume()")
        let retired = try waitForRetirement(stage)
        #expect(retired.status == 0, "\(retired.stderr)")
        #expect(RotationStage.checks(try stage.report(retired))["Every replica is past the end of the sweep"] == "pass")
    }

    private func waitForRetirement(_ stage: RotationStage) throws -> Finished {
        for _ in 0..<100 {
            let finished = try stage.retire(1, "--grace", "0s")
            if finished.status == 0 { return finished }
            usleep(100_000)
        }
        return try stage.retire(1, "--grace", "0s")
    }

    @Test func `a slot of a replica that is gone for good is given up by its name, and that is on record`() throws {
        let cluster = try PrivateCluster()
        let stage = try RotationStage.rotated(2, on: cluster)
        _ = try stage.database.psql("select pg_create_physical_replication_slot('gone')")
        #expect(try stage.retire(1, "--grace", "0s").status == 1)

        let retired = try stage.retire(1, "--grace", "0s", "--ignore-replica", "gone")

        #expect(retired.status == 0, "\(retired.stderr)")
        #expect(
            try stage.database.psql(
                "select detail -> 'ignored_replicas' from byok.audit_log where action = 'master_key.retired'")
                == #"["gone"]"#)
        let checks = RotationStage.checks(try stage.report(retired))
        #expect(checks["Every replica is past the end of the sweep"] == "not_decided")
    }

    @Test func `every command works through a transaction-mode pooler`() throws {
        let cluster = try PrivateCluster()
        let stage = try RotationStage(300, on: cluster)
        let pooler = try Pooler(cluster, serverConnections: 2)
        func through(_ arguments: [String], _ role: String) throws -> Finished {
            let environment = stage.environment(role: role, keys: [1, 2]).merging(
                pooler.environment(stage.database, role: role)
            ) { $1 }
            return try Subprocess.run(RotationStage.executable, arguments, environment: environment)
        }
        try stage.makeCurrent(2)
        #expect(try through(["plan"], "byok_operator").status == 0)
        try stage.sweep(300)
        let verified = try through(["verify", "--json"], "byok_rotate")
        #expect(verified.status == 0, "\(verified.stderr)")
        #expect(try through(["status"], "byok_rotate").status == 0)
        let retired = try through(
            [
                "retire", "--key-version", "1", "--reason", "x", "--confirm", "retire version 1", "--grace", "0s",
                "--json",
            ], "byok_operator")
        #expect(retired.status == 0, "\(retired.stderr)")
        #expect(try RotationStage.counts(verified)["opened"] == 300)
    }
}
