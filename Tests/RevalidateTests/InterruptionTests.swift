import Foundation
import Providers
import TestSupport
import Testing

/// Runs that are stopped, killed or overtaken.
@Suite struct InterruptionTests {
    private static func stage(_ count: Int, seed: UInt64) throws -> Stage {
        let stage = try Stage()
        try stage.plant((0..<count).map { PlantedKey(.groq, seed: seed + UInt64($0)) })
        return stage
    }

    @Test func `a run that is asked to stop leaves the rest to the next one`() throws {
        let stage = try Self.stage(400, seed: 100)
        let simulator = try Simulator(latency: 200)
        let child = try Subprocess(Stage.executable, [], environment: stage.environment(simulator))
        try stage.waitForRun()
        usleep(1_500_000)
        child.send(SIGTERM)
        let stopped = Ended(child.wait())

        #expect(stopped.status == 75)
        #expect(stopped.outcome == "stopped")
        #expect(stopped.stderr.contains("run revalidate again"))
        #expect((stopped.counts["returned"] ?? 0) > 0)
        #expect((stopped.counts["valid"] ?? 0) > 0)
        #expect(stopped.counts.values.reduce(0, +) == 400)
        #expect(try stage.count("byok.key_checks") == stopped.counts["valid"])
        #expect(try stage.count("byok.job_leases") == 0)

        let next = try stage.run([], simulator)
        #expect(next.status == 0)
        #expect(next.counts == ["valid": stopped.counts["returned"] ?? 0])
    }

    @Test func `the longest duration ends a run as a signal does`() throws {
        let stage = try Self.stage(400, seed: 600)
        let simulator = try Simulator(latency: 200)

        let ended = try stage.run(["--max-duration", "2s"], simulator)

        #expect(ended.status == 75)
        #expect(ended.counts.values.reduce(0, +) == 400)
    }

    @Test func `a limit takes that many keys and no more`() throws {
        let stage = try Self.stage(40, seed: 1100)
        let simulator = try Simulator()

        let ended = try stage.run(["--limit", "15"], simulator)

        #expect(ended.status == 0)
        #expect(ended.counts == ["valid": 15])
    }

    @Test func `a run killed at any moment and run again comes to the same end, and no mail is doubled`() throws {
        let stage = try Self.stage(120, seed: 1200)
        let simulator = try Simulator(live: [], latency: 200)
        _ = try stage.database.psql(
            """
            update byok.api_keys set status = 'suspected', last_verdict = 'refused',
                first_refused_at = now() - interval '2 days'
            """)
        for wait in [300_000, 600_000, 900_000, 1_200_000] as [UInt32] {
            let child = try Subprocess(
                Stage.executable, ["--batch", "7"], environment: stage.environment(simulator))
            usleep(wait)
            child.send(SIGKILL)
            #expect([137, 0].contains(child.wait().status))
            usleep(2_100_000)
        }

        let last = try stage.run([], simulator)

        #expect([0, 1].contains(last.status), "\(last.stderr)")
        #expect(try stage.count("byok.api_keys where status = 'disabled'") == 120)
        #expect(try stage.count("byok.email_outbox") == 120)
        #expect(try stage.count("byok.key_events where event = 'disabled'") == 120)
        #expect(try stage.database.psql("select count(distinct key_id) from byok.email_outbox") == "120")
    }

    @Test func `a run that slept through its lease writes nothing more`() throws {
        let stage = try Self.stage(200, seed: 1500)
        let simulator = try Simulator(latency: 200)
        let sleeper = try Subprocess(
            Stage.executable, ["--batch", "10"], environment: stage.environment(simulator))
        try stage.waitForRun()
        usleep(800_000)
        sleeper.send(SIGSTOP)
        usleep(2_500_000)

        let second = try stage.run([], simulator)
        let checks = try stage.count("byok.key_checks")
        sleeper.send(SIGCONT)
        let overtaken = Ended(sleeper.wait())

        #expect(second.status == 0)
        #expect(overtaken.status == 75, "\(overtaken.stderr)")
        #expect(overtaken.outcome == "lease_held")
        #expect(try stage.count("byok.key_checks") == checks)
        #expect(checks == 200)
    }

    @Test func `a dry run writes nothing and foretells what would come`() throws {
        let stage = try Self.stage(3, seed: 1800)
        let simulator = try Simulator(live: [])
        _ = try stage.database.psql(
            "update byok.api_keys set first_refused_at = now() - interval '2 days' where id in (select id from byok.api_keys order by id limit 1)"
        )
        let before = try Self.dump(stage)

        let ended = try stage.run(["--dry-run"], simulator)

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts == ["suspected": 2, "disabled": 1])
        #expect(try Self.dump(stage) == before)
        #expect(!FileManager.default.fileExists(atPath: stage.folder.appending(path: "reports").path))
    }

    private static func dump(_ stage: Stage) throws -> String {
        let finished = try Subprocess.run(
            "/usr/bin/pg_dump", ["--data-only", "--schema=byok"], environment: stage.database.environment)
        #expect(finished.status == 0)
        // Newer releases guard the file with a word made up for each dump.
        return finished.stdout.split(separator: "\n").filter { !$0.hasPrefix("\\") }.joined(separator: "\n")
    }
}
