import Foundation
import Providers
import TestSupport
import Testing

@Suite struct VerdictRunTests {
    /// One key a verdict at each provider that has such an answer.
    private static func population() -> (keys: [(PlantedKey, Verdict)], answers: [String: [String]]) {
        var keys: [(PlantedKey, Verdict)] = []
        var answers: [String: [String]] = [:]
        for (number, provider) in Provider.allCases.enumerated() {
            for (place, verdict) in Verdict.allCases.enumerated() {
                let key = PlantedKey(provider, seed: UInt64(number * 100 + place))
                let text = String(decoding: key.text, as: UTF8.self)
                let example = provider.rules.filter { $0.verdict == verdict }.flatMap(\.examples)
                    .first { text.hasPrefix($0.keyPrefix) && (200..<600).contains($0.status) }
                guard let example else { continue }
                keys.append((key, verdict))
                answers[key.tail] = [example.name]
            }
        }
        return (keys, answers)
    }

    @Test func `every verdict of every provider ends in its outcome, and the books balance`() throws {
        let stage = try Stage()
        let (keys, answers) = Self.population()
        let simulator = try Simulator(answers: answers)
        try stage.plant(keys.map(\.0))

        let ended = try stage.run([], simulator)

        #expect(ended.status == 0, "\(ended.stderr)")
        var expected = Dictionary(grouping: keys) { $0.1.rawValue }.mapValues(\.count)
        expected["suspected"] = expected.removeValue(forKey: "refused")
        #expect(ended.counts == expected)
        let recorded = try stage.database.psql(
            "select exit_status, finished_at is not null, counts->>'valid' from byok.job_runs where run_id = '\(ended.runID)'"
        )
        #expect(recorded == "0|t|\(expected["valid"] ?? 0)")
        #expect(try stage.count("byok.key_checks where run_id = '\(ended.runID)'") == keys.count)
        #expect(try stage.count("byok.job_leases") == 0)
        #expect(try stage.count("byok.email_outbox") == 0)
        let opened = "select detail->'opened'->>'revalidate' from byok.audit_log where action = 'keys.opened'"
        #expect(try stage.database.psql(opened) == "\(keys.count)")
    }

    @Test func `a second refusal after a day disables with one mail and one event`() throws {
        let stage = try Stage()
        let key = PlantedKey(.anthropic, seed: 1)
        try stage.plant([key])
        let simulator = try Simulator(live: [])
        // A key that worked once: only then the first refusal makes it suspected.
        _ = try stage.database.psql("update byok.api_keys set status = 'active'")

        #expect(try stage.run([], simulator).counts == ["suspected": 1])
        #expect(try stage.status(of: key) == "suspected")
        #expect(try stage.run([], simulator).counts == [:])
        try stage.database.shiftTime(by: "25 hours")
        let second = try stage.run([], simulator)

        #expect(second.counts == ["disabled": 1], "\(second.stderr)")
        #expect(second.status == 0)
        #expect(try stage.status(of: key) == "disabled")
        #expect(try stage.count("byok.email_outbox where kind = 'key_disabled'") == 1)
        #expect(try stage.count("byok.key_events where event = 'disabled'") == 1)
    }

    @Test func `without a gap the second run disables at once`() throws {
        let stage = try Stage()
        let key = PlantedKey(.groq, seed: 2)
        try stage.plant([key])
        let simulator = try Simulator(live: [])

        for _ in 1...2 { _ = try stage.run(["--confirm-after", "0s"], simulator) }

        #expect(try stage.status(of: key) == "disabled")
        #expect(try stage.count("byok.email_outbox") == 1)
    }

    @Test func `a slow refusal is not confirmed by the short gap`() throws {
        let stage = try Stage()
        let key = PlantedKey(.mistral, seed: 3)
        try stage.plant([key])
        let simulator = try Simulator(live: [])

        _ = try stage.run(["--confirm-after", "0s"], simulator)
        try stage.database.shiftTime(by: "25 hours")
        _ = try stage.database.psql("update byok.api_keys set next_check_at = now()")
        _ = try stage.run(["--confirm-after", "0s"], simulator)
        #expect(try stage.status(of: key) != "disabled")
        try stage.database.shiftTime(by: "168 hours")
        _ = try stage.run(["--confirm-after", "0s"], simulator)

        #expect(try stage.status(of: key) == "disabled")
    }

    @Test func `keys replaced and deleted while they are asked are left alone`() throws {
        let stage = try Stage()
        let replaced = PlantedKey(.openai, seed: 4)
        let deleted = PlantedKey(.google, seed: 5)
        try stage.plant([replaced, deleted])
        let simulator = try Simulator(live: [], latency: 3000)
        let child = try Subprocess(Stage.executable, [], environment: stage.environment(simulator))

        try stage.waitForRun()
        // Both questions are on their way; the answers take three seconds.
        usleep(700_000)
        _ = try stage.database.psql(
            "update byok.api_keys set key_revision = key_revision + 1, sealed = sealed || '\\x00' where id = '\(replaced.id)'"
        )
        _ = try stage.database.psql("delete from byok.api_keys where id = '\(deleted.id)'")
        let ended = Ended(child.wait())

        #expect(ended.counts == ["changed": 1, "deleted": 1], "\(ended.stderr)")
        #expect(ended.status == 0)
        #expect(try stage.status(of: replaced) == "unchecked")
    }

    @Test func `a row that does not open is quarantined, counted, and the rest goes on`() throws {
        let stage = try Stage()
        let (good, bad) = (PlantedKey(.deepseek, seed: 6), PlantedKey(.deepseek, seed: 7))
        try stage.plant([good])
        try stage.plant([bad], as: UUID())
        let simulator = try Simulator()
        let sealed = try stage.database.psql("select md5(sealed) from byok.api_keys where id = '\(bad.id)'")

        let ended = try stage.run([], simulator)

        #expect(ended.status == 65)
        #expect(ended.counts == ["valid": 1, "quarantined": 1])
        #expect(
            try stage.database.psql("select quarantine_reason, md5(sealed) from byok.api_keys where id = '\(bad.id)'")
                == "not_authentic|\(sealed)")
        #expect(try simulator.requestCount() == 1)
    }

    @Test func `fingerprints are written once, and again under another scan key`() throws {
        let stage = try Stage()
        try stage.plant(Provider.allCases.enumerated().map { PlantedKey($1, seed: UInt64(50 + $0)) })
        let simulator = try Simulator()
        let first = ["BYOK_SCAN_KEY": Data(repeating: 1, count: 32).base64EncodedString()]
        let other = ["BYOK_SCAN_KEY": Data(repeating: 2, count: 32).base64EncodedString()]
        let count =
            "select detail->'opened'->>'fingerprint' from byok.audit_log where action = 'keys.opened' order by id"

        for environment in [first, first, other] {
            _ = try stage.run([], simulator, with: environment)
            _ = try stage.database.psql("update byok.api_keys set next_check_at = now()")
        }

        #expect(try stage.count("byok.key_fingerprints") == 6)
        #expect(try stage.database.psql(count) == "6\n0\n6")
        #expect(try stage.database.psql("select count(distinct scan_key_id) from byok.key_fingerprints") == "1")
    }
}
