import Foundation
import HTTPS
import Providers
import Secrets
import Testing

@Suite struct KeyCheckTests {
    private static var own: [String: Any] {
        [
            "wait_60": ["status": 429, "body": "{}", "headers": ["retry-after": "60"]],
            "wait_61": ["status": 429, "body": "{}", "headers": ["retry-after": "61"]],
            "wait_0": ["status": 503, "body": "{}", "headers": ["retry-after": "0"]],
            "do_not_retry": ["status": 500, "body": "{}", "headers": ["x-should-retry": "false", "retry-after": "1"]],
            "money_429": [
                "status": 429, "body": #"{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}"#,
                "headers": ["retry-after": "1", "x-should-retry": "true"],
            ],
            "retry_refusal": [
                "status": 401, "body": #"{"error":{"code":"invalid_api_key","message":"Invalid API Key"}}"#,
                "headers": ["retry-after": "1", "x-should-retry": "true"],
            ],
        ]
    }

    /// Asks about a key that gets these answers in turn.
    private func ask(
        _ answers: [String], _ provider: Provider = .openai, total: Duration = .seconds(20), pauseFails: Bool = false
    ) async throws -> (finding: KeyCheck.Finding, pauses: [Duration], requests: Int, connections: Int) {
        let key = provider.decoyKey(seed: 11)
        let simulator = try Simulator(answers: [end(key): answers], own: Self.own)
        let checking = try Checking(simulator, total: total, pauseFails: pauseFails)
        let finding = await checking.ask(provider, key)
        await checking.shutDown()
        let requests = try await simulator.count("key_requests", provider)
        let connections = try await simulator.count("connections", provider)
        return (finding, checking.pauses, requests, connections)
    }

    @Test(arguments: Provider.allCases)
    func `every example means over the wire what its rule says`(provider: Provider) async throws {
        var keys: [String: [UInt8]] = [:]
        var verdicts: [String: Verdict] = [:]
        for (number, example) in provider.rules.flatMap(\.examples).enumerated() where keys[example.name] == nil {
            let key = Self.key(provider, fitting: example, seed: UInt64(100 + number))
            keys[example.name] = key
            let answer = Answer(
                status: example.status, headers: example.headers, body: example.body(forKey: key, requestID: "r"))
            verdicts[example.name] = provider.judge(answer, key: SecretBytes(copying: key.span)).verdict
        }
        let answers = Dictionary(uniqueKeysWithValues: keys.map { (end($0.value), [$0.key]) })
        let simulator = try Simulator(answers: answers)
        let checking = try Checking(simulator)
        for (name, key) in keys {
            let finding = await checking.ask(provider, key)
            #expect(finding.fault == nil, "\(name)")
            #expect(finding.judgement.verdict == verdicts[name], "\(name)")
            if verdicts[name] != .transient { #expect(finding.tries == 1, "\(name)") }
        }
        await checking.shutDown()
    }

    @Test func `a busy provider is asked three times at most, with the waits it names`() async throws {
        let all = try await ask(["rate_limited"])
        #expect(all.finding.tries == 3)
        #expect(all.requests == 3)
        #expect(all.pauses == [.seconds(2), .seconds(2)])
        #expect(all.finding.judgement.verdict == .transient)
        #expect(all.finding.httpStatus == 429)
        let once = try await ask(["rate_limited", "valid"])
        #expect(once.finding.tries == 2)
        #expect(once.finding.judgement.verdict == .valid)
        let late = try await ask(["server_error", "rate_limited", "invalid_key"])
        #expect(late.finding.tries == 3)
        #expect(late.finding.judgement.verdict == .refused)
    }

    @Test func `a wait of a minute is obeyed and a longer one left to a later run`() async throws {
        let obeyed = try await ask(["wait_60", "valid"])
        #expect(obeyed.pauses == [.seconds(60)])
        #expect(obeyed.finding.judgement.verdict == .valid)
        let left = try await ask(["wait_61", "valid"])
        #expect(left.pauses.isEmpty && left.requests == 1)
        #expect(left.finding.judgement.verdict == .transient)
        #expect(left.finding.judgement.retryAfter == .seconds(61))
        #expect(try await ask(["wait_0", "valid"]).pauses == [.zero])
    }

    @Test func `a provider that wants no second try gets none`() async throws {
        let result = try await ask(["do_not_retry", "valid"])
        #expect(result.requests == 1 && result.pauses.isEmpty)
        #expect(result.finding.judgement.shouldRetry == false)
        #expect(try await ask(["bot_challenge_as_429", "valid"]).requests == 1)
    }

    @Test func `a verdict about the key is never asked again, whatever the answer asks for`() async throws {
        let money = try await ask(["money_429", "valid"])
        #expect(money.requests == 1 && money.pauses.isEmpty)
        #expect(money.finding.judgement.verdict == .exhausted)
        let refusal = try await ask(["retry_refusal", "valid"], .groq)
        #expect(refusal.requests == 1 && refusal.pauses.isEmpty)
        #expect(refusal.finding.judgement.verdict == .refused)
    }

    private static let faults: [(String, HTTPSError)] = [
        ("close", .connectionLost), ("reset", .connectionLost), ("hang", .timeout), ("slow", .timeout),
        ("garbage", .malformedResponse),
    ]

    @Test(arguments: faults)
    func `a fault of the connection says nothing about the key`(name: String, fault: HTTPSError) async throws {
        let lasting = try await ask([name], total: .milliseconds(300))
        #expect(lasting.finding.fault == fault)
        #expect(lasting.finding.judgement.verdict == .transient)
        #expect(lasting.finding.judgement.ruleName == "any.no-answer")
        #expect(lasting.finding.httpStatus == nil)
        #expect(lasting.finding.tries == 3)
        try #require(lasting.pauses.count == 2)
        #expect((.milliseconds(375) ... .milliseconds(500)).contains(lasting.pauses[0]))
        #expect((.milliseconds(750) ... .seconds(1)).contains(lasting.pauses[1]))
        let passing = try await ask([name, "valid"], total: .seconds(2))
        #expect(passing.finding.judgement.verdict == .valid)
        #expect(passing.finding.fault == nil)
    }

    @Test func `a port where nobody listens is a failed connection and no verdict`() async throws {
        let simulator = try Simulator()
        let checking = try Checking(simulator)
        simulator.stop()
        let finding = await checking.ask(.mistral, Provider.mistral.decoyKey(seed: 1))
        #expect(finding.fault == .connect)
        #expect(finding.judgement.verdict == .transient)
        #expect(finding.tries == 3)
        await checking.shutDown()
    }

    @Test func `a second look has a connection of its own, a next key does not`() async throws {
        #expect(try await ask(["server_error", "valid"]).connections == 2)
        #expect(try await ask(["server_error"]).connections == 3)
        let simulator = try Simulator()
        let checking = try Checking(simulator)
        for seed in 1...5 as ClosedRange<UInt64> {
            _ = await checking.ask(.openai, Provider.openai.decoyKey(seed: seed))
        }
        await checking.shutDown()
        #expect(try await simulator.count("key_requests", .openai) == 5)
        #expect(try await simulator.count("connections", .openai) == 1)
    }

    @Test func `a pause that is broken off ends the asking with what is known`() async throws {
        let result = try await ask(["rate_limited", "valid"], pauseFails: true)
        #expect(result.requests == 1)
        #expect(result.finding.tries == 1)
        #expect(result.finding.judgement.verdict == .transient)
    }

    @Test(arguments: Provider.allCases)
    func `no finding holds a piece of the key, wherever the provider quotes it`(provider: Provider) async throws {
        let key = provider.decoyKey(seed: 11)
        let answers = ["echo_everywhere", "invalid_key", "close", "garbage", "close", "garbage"]
        let simulator = try Simulator(answers: [end(key): answers])
        let checking = try Checking(simulator)
        for answer in ["echo_everywhere", "invalid_key", "fault"] {
            let finding = await checking.ask(provider, key)
            #expect((finding.fault != nil) == (answer == "fault"))
            var text = String(reflecting: finding)
            dump(finding, to: &text)
            text += finding.fault.map { "\($0)" } ?? ""
            for start in 0...(key.count - 8) {
                let piece = String(decoding: key[start..<(start + 8)], as: UTF8.self)
                #expect(!text.contains(piece), "\(answer)")
            }
            if answer == "echo_everywhere" { #expect(finding.judgement.requestID == nil) }
        }
        await checking.shutDown()
    }

    private static func key(_ provider: Provider, fitting example: AnswerExample, seed: UInt64) -> [UInt8] {
        let shape = KeyShape.known.first { shape in
            shape.provider == provider && shape.kind == .apiKey
                && (example.keyPrefix.isEmpty || shape.decoy(seed: 1).starts(with: example.keyPrefix.utf8))
        }
        return (shape ?? provider.currentShape).decoy(seed: seed)
    }
}
