import Foundation
import Providers
import TestSupport
import Testing

/// Statements that fail, rows that are locked, and due times that move under a run.
@Suite struct MishapTests {
    private static func keys(_ count: Int, seed: UInt64) -> [PlantedKey] {
        (0..<count).map { PlantedKey(.deepseek, seed: seed + UInt64($0)) }
    }

    @Test func `a quarantine that fails ends the run with a record and a report`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(60, seed: 20_000))
        try stage.plant(Self.keys(10, seed: 20_100), as: UUID())
        // The bad rows come in the middle.
        _ = try stage.database.psql("update byok.api_keys set next_check_at = now() - random() * interval '1 hour'")
        _ = try stage.database.psql("drop function byok.quarantine_key")
        let simulator = try Simulator()

        let ended = try stage.run(["--batch", "1"], simulator)

        #expect(ended.status == 78, "\(ended.stderr)")
        #expect((ended.counts["returned"] ?? 0) > 0)
        #expect(try stage.count("byok.key_checks") == ended.counts["valid"] ?? 0)
        let recorded =
            "select exit_status, report_digest is not null from byok.job_runs where run_id = '\(ended.runID)'"
        #expect(try stage.database.psql(recorded) == "78|t")
    }

    @Test func `where too many rows do not open, the others are looked at all the same`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(30, seed: 20_200))
        try stage.plant(Self.keys(23, seed: 20_300), as: UUID())
        _ = try stage.database.psql("update byok.api_keys set next_check_at = now() - random() * interval '1 hour'")

        let ended = try stage.run(["--batch", "1"], try Simulator())

        #expect(ended.status == 78, "\(ended.stderr)")
        #expect(ended.stderr.contains("byok doctor"))
        #expect(ended.counts == ["valid": 30, "quarantined": 20, "returned": 3])
        // It came to its end: the books were compared and a report written.
        let recorded =
            "select exit_status, report_digest is not null from byok.job_runs where run_id = '\(ended.runID)'"
        #expect(try stage.database.psql(recorded) == "78|t")
        #expect(ended.outcome == "misconfigured")
    }

    @Test func `a row that somebody holds locked is given back, and the rest is settled`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(3, seed: 21_000))
        let bad = PlantedKey(.deepseek, seed: 21_100)
        try stage.plant([bad], as: UUID())
        let holder = try stage.hold(bad, for: 300)
        let simulator = try Simulator()

        let ended = try stage.run([], simulator)
        try stage.letGo(holder)

        #expect(ended.status == 1, "\(ended.stderr)")
        #expect(ended.counts == ["valid": 3, "returned": 1])
        #expect(try stage.run([], simulator).counts == ["quarantined": 1])
    }

    @Test func `a verdict about a locked key is given back, and the rest of its batch settles`() throws {
        let stage = try Stage()
        let keys = Self.keys(4, seed: 21_200)
        try stage.plant(keys)
        let holder = try stage.hold(keys[1], for: 300)
        let simulator = try Simulator()
        let scanKey = ["BYOK_SCAN_KEY": Data(repeating: 7, count: 32).base64EncodedString()]

        let ended = try stage.run([], simulator, with: scanKey)
        try stage.letGo(holder)

        #expect(ended.status == 1, "\(ended.stderr)")
        #expect(ended.outcome == "incomplete")
        #expect(ended.stderr.contains("1 due keys were not settled"))
        #expect(ended.counts == ["valid": 3, "returned": 1])
        #expect(try stage.count("byok.key_fingerprints") == 3)
        #expect(try stage.run([], simulator, with: scanKey).counts == ["valid": 1])
        #expect(try stage.count("byok.key_fingerprints") == 4)
    }

    @Test func `a key that is locked for a while settles when the others have`() throws {
        let stage = try Stage()
        let keys = Self.keys(3, seed: 21_300)
        try stage.plant(keys)
        // Longer than one lock time-out, shorter than two.
        let holder = try stage.hold(keys[0], for: 8)
        let simulator = try Simulator()

        let ended = try stage.run([], simulator)
        _ = holder.wait()

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts == ["valid": 3])
        #expect(try stage.count("byok.key_checks") == 3)
    }

    @Test func `an audit line that cannot be written adds to what a run came to`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(2, seed: 22_000))
        try stage.plant(Self.keys(1, seed: 22_100), as: UUID())
        _ = try stage.database.psql(
            """
            create or replace function byok.record_audit(action text, detail jsonb) returns void
            language plpgsql security definer set search_path = ''
            as $$ begin raise exception 'full' using errcode = '53100'; end $$
            """)
        let simulator = try Simulator()

        let ended = try stage.run([], simulator)

        #expect(ended.status == 65, "\(ended.stderr)")
        #expect(ended.counts == ["valid": 2, "quarantined": 1])
        let recorded =
            "select exit_status, report_digest is not null from byok.job_runs where run_id = '\(ended.runID)'"
        #expect(try stage.database.psql(recorded) == "65|t")
    }

    @Test func `a run that cannot be recorded still tells what it came to`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(2, seed: 23_000))
        try stage.plant(Self.keys(1, seed: 23_100), as: UUID())
        _ = try stage.database.psql(
            """
            create or replace function byok.finish_run(
                run_id uuid, exit_status integer, counts jsonb, report_digest text) returns void
            language plpgsql security definer set search_path = ''
            as $$ begin raise exception 'full' using errcode = '53100'; end $$
            """)
        let simulator = try Simulator()

        let ended = try stage.run(["--reconnect-budget", "1s"], simulator)

        #expect(ended.status == 65, "\(ended.stderr)")
        #expect(ended.counts == ["valid": 2, "quarantined": 1])
        #expect(try stage.count("byok.audit_log where action = 'keys.opened'") == 1)
    }

    @Test func `a key whose due time moves while a run goes on is asked once`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(300, seed: 24_000))
        let simulator = try Simulator(latency: 150)
        let child = try Subprocess(Stage.executable, [], environment: stage.environment(simulator))

        try stage.waitForRun()
        usleep(500_000)
        // Behind the page that is being used up, and still before the run began.
        _ = try stage.database.psql(
            """
            update byok.api_keys k set next_check_at = (
                select max(o.next_check_at) + interval '1 millisecond' from byok.api_keys o
                where o.next_check_at <= (select min(r.started_at) - interval '2 milliseconds' from byok.job_runs r))
            where not exists (select from byok.key_checks c where c.key_id = k.id)
            """)
        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts == ["valid": 300])
        #expect(try simulator.requestCount() == 300)
    }

    @Test func `a key that falls due while a run goes on is not overdue`() throws {
        let stage = try Stage()
        let (asked, later) = (PlantedKey(.deepseek, seed: 25_000), PlantedKey(.deepseek, seed: 25_001))
        try stage.plant([asked, later])
        let simulator = try Simulator(latency: 5000)
        _ = try stage.database.psql(
            """
            update byok.api_keys set status = 'active', last_verdict = 'valid',
                last_checked_at = now() - interval '7 days' + interval '3 seconds',
                next_check_at = now() + interval '3 seconds'
            where id = '\(later.id)'
            """)

        let ended = try stage.run([], simulator)

        #expect(ended.status == 0, "\(ended.stderr)")
    }

    @Test func `a key that nobody could settle for a week is overdue`() throws {
        let stage = try Stage()
        let (answered, silent) = (PlantedKey(.deepseek, seed: 26_000), PlantedKey(.deepseek, seed: 26_001))
        try stage.plant([answered, silent])
        _ = try stage.database.psql("update byok.api_keys set created_at = now() - interval '8 days'")
        let simulator = try Simulator(answers: [silent.tail: ["teapot"]])

        let ended = try stage.run([], simulator)

        #expect(ended.status == 1, "\(ended.stderr)")
        #expect(ended.outcome == "findings")
        #expect(ended.counts == ["valid": 1, "unknown": 1])
    }

    @Test func `a run tells which master keys it holds`() throws {
        let stage = try Stage()
        let simulator = try Simulator()

        _ = try stage.run([], simulator)

        #expect(try stage.database.psql("select process, version from byok.key_holders") == "revalidate|1")
    }
}
