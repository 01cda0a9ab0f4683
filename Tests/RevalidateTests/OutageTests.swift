import Foundation
import Providers
import TestSupport
import Testing

/// Providers and databases that fail while keys are being asked.
@Suite struct OutageTests {
    private static func keys(_ provider: Provider, _ count: Int, seed: UInt64) -> [PlantedKey] {
        (0..<count).map { PlantedKey(provider, seed: seed + UInt64($0)) }
    }

    @Test func `refusals for all keys trip the guard and disable nobody`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(.anthropic, 40, seed: 1000))
        _ = try stage.database.psql("update byok.api_keys set status = 'active', last_verdict = 'valid'")
        let simulator = try Simulator(live: [])

        var ended = try stage.run(["--confirm-after", "0s", "--batch", "10"], simulator)
        #expect(ended.status == 1)
        #expect(ended.outcome == "guard")
        #expect(ended.stderr.contains("anthropic: too many refusals"))
        for _ in 1...3 {
            try stage.database.shiftTime(by: "27 hours")
            ended = try stage.run(["--confirm-after", "0s", "--batch", "10"], simulator)
            #expect(ended.status == 1)
            #expect(ended.counts["disabled"] == nil)
        }

        #expect(try stage.count("byok.api_keys where status = 'disabled'") == 0)
        #expect(try stage.count("byok.email_outbox") == 0)
    }

    @Test func `server errors for all are no verdict, and nobody answered`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(.groq, 2, seed: 2000) + Self.keys(.openai, 2, seed: 2100))
        let before =
            "select string_agg(status || coalesce(last_verdict, '-') || coalesce(last_checked_at::text, '-'), ',') from byok.api_keys"
        let untouched = try stage.database.psql(before)
        let simulator = try Simulator(answers: ["": ["server_error"]])

        let ended = try stage.run([], simulator)

        #expect(ended.status == 69, "\(ended.stderr)")
        #expect(ended.counts == ["transient": 4])
        #expect(try stage.database.psql(before) == untouched)
        #expect(try stage.count("byok.email_outbox") == 0)
    }

    @Test func `a run that nobody answered leaves its keys due until somebody answers`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(.groq, 60, seed: 2200) + Self.keys(.openai, 2, seed: 2300))
        let down = try Simulator(answers: ["": ["reset"]])

        for _ in 1...2 {
            let ended = try stage.run([], down)
            #expect(ended.status == 69, "\(ended.stderr)")
            #expect((22...62).contains(ended.counts["transient"] ?? 0))
            #expect(ended.counts.values.reduce(0, +) == 62)
            #expect(try stage.count("byok.api_keys where next_check_at <= now()") == 62)
        }
        let back = try stage.run([], try Simulator())

        #expect(back.status == 0, "\(back.stderr)")
        #expect(back.counts == ["valid": 62])
        #expect(try stage.count("byok.api_keys where next_check_at <= now()") == 0)
    }

    @Test func `a provider that is down while another answers keeps its hour`() throws {
        let stage = try Stage()
        let down = Self.keys(.groq, 3, seed: 2400)
        try stage.plant(down + Self.keys(.openai, 1, seed: 2500))
        let simulator = try Simulator(answers: Dictionary(uniqueKeysWithValues: down.map { ($0.tail, ["reset"]) }))

        #expect(try stage.run([], simulator).counts == ["transient": 3, "valid": 1])

        let waiting = "byok.api_keys where provider = 'groq' and next_check_at > now() + interval '44 minutes'"
        #expect(try stage.count(waiting) == 3)
    }

    @Test func `a provider that is down is left after its first answers, and the others go on`() throws {
        let stage = try Stage()
        let down = Self.keys(.groq, 60, seed: 3000)
        try stage.plant(down + Self.keys(.openai, 3, seed: 3100))
        let answers = Dictionary(uniqueKeysWithValues: down.map { ($0.tail, ["reset"]) })
        let simulator = try Simulator(answers: answers)

        let ended = try stage.run(["--concurrency", "20"], simulator)

        #expect(ended.status == 1)
        #expect(ended.counts["valid"] == 3)
        #expect((20...40).contains(ended.counts["transient"] ?? 0))
        #expect(ended.counts.values.reduce(0, +) == 63)
        #expect(ended.stderr.contains("groq is not decided"))
    }

    @Test func `a provider that is down with few keys due is not decided`() throws {
        let stage = try Stage()
        let down = Self.keys(.groq, 3, seed: 3500)
        try stage.plant(down + Self.keys(.openai, 2, seed: 3600))
        let simulator = try Simulator(answers: Dictionary(uniqueKeysWithValues: down.map { ($0.tail, ["reset"]) }))

        let ended = try stage.run([], simulator)

        #expect(ended.status == 1, "\(ended.stderr)")
        #expect(ended.outcome == "incomplete")
        #expect(ended.counts == ["transient": 3, "valid": 2])
        #expect(ended.stderr.contains("groq is not decided"))
    }

    @Test func `a limit used up under too many requests ends the run`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(.groq, 20, seed: 3700))
        let simulator = try Simulator(answers: ["": ["rate_limited"]])

        let ended = try stage.run(["--limit", "5", "--max-duration", "90s"], simulator)

        #expect(ended.status == 69, "\(ended.stderr)")
        #expect(ended.counts == ["transient": 5])
    }

    @Test func `a canary that is refused keeps its provider's keys from being judged`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(.anthropic, 5, seed: 4000) + Self.keys(.groq, 2, seed: 4100))
        let canary = PlantedKey(.anthropic, seed: 4900)
        let simulator = try Simulator(live: [])

        let ended = try stage.run(
            ["--confirm-after", "0s"], simulator,
            with: ["BYOK_CANARY_ANTHROPIC": String(decoding: canary.text, as: UTF8.self)])

        #expect(ended.status == 1)
        #expect(ended.counts == ["returned": 5, "suspected": 2])
        #expect(ended.stderr.contains("anthropic is not decided"))
        #expect(try stage.count("byok.key_checks where provider = 'anthropic'") == 0)
    }

    @Test func `a made-up key that passes proves the answers worthless`() throws {
        let stage = try Stage()
        let dead = PlantedKey(.anthropic, seed: 5000)
        try stage.plant([dead])
        let canary = PlantedKey(.anthropic, seed: 5900)
        let simulator = try Simulator(answers: [dead.tail: ["invalid_key"]])

        let ended = try stage.run(
            [], simulator, with: ["BYOK_CANARY_ANTHROPIC": String(decoding: canary.text, as: UTF8.self)])

        #expect(ended.status == 1)
        #expect(ended.counts == ["returned": 1])
    }

    @Test func `refusals between a canary that passes and one that fails are given back`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(.anthropic, 30, seed: 6000))
        let canary = PlantedKey(.anthropic, seed: 6900)
        let simulator = try Simulator(answers: [canary.tail: ["valid", "invalid_key"]], live: [])

        let ended = try stage.run(
            [], simulator, with: ["BYOK_CANARY_ANTHROPIC": String(decoding: canary.text, as: UTF8.self)])

        #expect(ended.status == 1)
        #expect(ended.counts == ["returned": 30])
        #expect(try stage.count("byok.guards") == 0)
    }

    @Test func `a control group that passes lets refusals count`() throws {
        let stage = try Stage()
        try stage.plant(Self.keys(.openai, 300, seed: 7000))
        let canary = PlantedKey(.openai, seed: 7900)
        let dead = PlantedKey(.openai, seed: 7000).tail
        let live = (1..<300).map { PlantedKey(.openai, seed: 7000 + UInt64($0)).tail } + [canary.tail]
        let simulator = try Simulator(live: live)

        let ended = try stage.run(
            [], simulator, with: ["BYOK_CANARY_OPENAI": String(decoding: canary.text, as: UTF8.self)])

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts == ["valid": 299, "suspected": 1])
        #expect(!dead.isEmpty)
        #expect(try simulator.requestCount() >= 304)
    }

    @Test func `a database that restarts in the middle costs nothing`() throws {
        // Its own server: the others' tests go on meanwhile.
        let stage = try Stage()
        try stage.plant(Self.keys(.anthropic, 400, seed: 8000))
        let simulator = try Simulator(latency: 100)
        let child = try Subprocess(
            Stage.executable, ["--batch", "20"], environment: stage.environment(simulator))
        try stage.waitForRun()
        for _ in 1...6 {
            usleep(400_000)
            _ = try stage.database.psql(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '\(stage.database.name)' and pid <> pg_backend_pid()"
            )
        }

        let ended = Ended(child.wait())

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts == ["valid": 400])
        #expect(try stage.count("byok.key_checks") == 400)
    }
}
