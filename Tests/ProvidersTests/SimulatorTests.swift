import Foundation
import HTTPS
import Providers
import TestSupport
import Testing

@Suite struct SimulatorTests {
    private func verdicts(
        _ simulator: Simulator, _ provider: Provider, _ keys: [[UInt8]]
    ) async throws -> [Verdict] {
        let checking = try Checking(simulator)
        var verdicts: [Verdict] = []
        for key in keys { verdicts.append(await checking.ask(provider, key).judgement.verdict) }
        await checking.shutDown()
        return verdicts
    }

    @Test func `answers come in turn, the last one stays, and the longest end decides`() async throws {
        let keys = (1...2).map { Provider.groq.decoyKey(seed: $0) }
        let simulator = try Simulator(answers: [
            end(keys[0]): ["valid", "plan", "invalid_key"], String(end(keys[0]).suffix(3)): ["spend_limit"],
            String(end(keys[1]).suffix(3)): ["spend_limit"],
        ])
        let found = try await verdicts(simulator, .groq, Array(repeating: keys[0], count: 4) + [keys[1]])
        #expect(found == [.valid, .restricted, .refused, .refused, .exhausted])
    }

    @Test func `of a hundred thousand keys in a file each works and no other does`() async throws {
        let keys = (1...20).map { Provider.groq.decoyKey(seed: $0) }
        let fillers = (1...99_980).map { "gsk_filler\($0)" }
        let folder = try TemporaryFolder()
        let lines = (fillers + keys.map { String(decoding: $0, as: UTF8.self) }).joined(separator: "\n")
        let simulator = try Simulator(["--live-file", try folder.write("live", lines)])
        #expect(try await verdicts(simulator, .groq, keys).allSatisfy { $0 == .valid })
        #expect(try await verdicts(simulator, .groq, [Array("gsk_filler50000".utf8)]) == [.valid])
        let others = (101...120).map { Provider.groq.decoyKey(seed: $0) }
        #expect(try await verdicts(simulator, .groq, others).allSatisfy { $0 == .refused })
    }

    @Test func `from the given request on every key is refused`() async throws {
        let simulator = try Simulator(["--refuse-all-from", "3"])
        for (provider, expected) in [(Provider.openai, Verdict.valid), (.groq, .valid), (.google, .refused)] {
            #expect(try await verdicts(simulator, provider, [provider.decoyKey(seed: 1)]) == [expected])
        }
    }

    @Test func `everybody gets the one answer, a provider's own before that of all`() async throws {
        let simulator = try Simulator(["--everyone", "server_error", "--everyone", "groq=portal_page"])
        let key = Provider.openai.decoyKey(seed: 1)
        #expect(try await verdicts(simulator, .openai, [key]) == [.transient])
        #expect(try await verdicts(simulator, .groq, [key]) == [.unknown])
        let page = try await simulator.get(Provider.groq.path, at: .groq)
        #expect(page.header("content-type")?.hasPrefix("text/html") == true)
    }

    @Test func `each provider waits as long as it was told`() async throws {
        let simulator = try Simulator(["--latency", "20", "--latency", "mistral=250"])
        #expect(try await simulator.get(Provider.mistral.path, at: .mistral).latency >= .milliseconds(250))
        #expect(try await simulator.get(Provider.groq.path, at: .groq).latency >= .milliseconds(20))
    }

    @Test(arguments: Provider.allCases)
    func `a careless provider quotes the whole key in body, header and request identifier`(
        provider: Provider
    ) async throws {
        let key = String(decoding: provider.decoyKey(seed: 4), as: UTF8.self)
        let simulator = try Simulator(["--everyone", "echo_everywhere"])
        let answer = try await simulator.get(provider.path, key: key, at: provider)
        #expect(String(decoding: answer.body, as: UTF8.self).contains(key))
        #expect(answer.header("x-echo") == key)
        #expect(answer.header("request-id") == key && answer.header("x-request-id") == key)
    }

    @Test func `a refusal quotes the head and end of the key that came`() async throws {
        let key = String(decoding: Provider.openai.decoyKey(seed: 4), as: UTF8.self)
        let simulator = try Simulator(["--everyone", "invalid_key"])
        let body = String(decoding: try await simulator.get("/v1/models", key: key, at: .openai).body, as: UTF8.self)
        let stars = String(repeating: "*", count: key.count - 12)
        #expect(body.contains(key.prefix(8) + stars + key.suffix(4)))
        #expect(!body.contains(key))
    }

    @Test func `counts tell requests, connections and headers, and never a key`() async throws {
        let simulator = try Simulator()
        let key = Provider.anthropic.decoyKey(seed: 4)
        _ = try await verdicts(simulator, .anthropic, [key, key, Provider.anthropic.decoyKey(seed: 5)])
        let body = try await simulator.get("/_simulator/counts").body
        let counts = try #require(JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
        #expect(counts["requests"] as? Int == 3)
        #expect((counts["keys"] as? [String: Int])?.values.sorted() == [1, 2])
        #expect((counts["connections"] as? [String: Int])?["anthropic"] == 1)
        #expect((counts["most_at_once"] as? [String: Int])?["anthropic"] == 1)
        let names = (counts["header_names"] as? [String: [String]])?["anthropic"] ?? []
        #expect(names.contains("x-api-key") && names.contains("user-agent") && !names.contains("authorization"))
        #expect(!String(decoding: body, as: UTF8.self).contains(end(key)))
    }

    @Test func `a list longer than any socket's buffer arrives up to what a check reads`() async throws {
        let body = #"{"object":"list","data":[\#(String(repeating: "<models>", count: 40))1]}"#
        let own: [String: Any] = ["very_long": ["status": 200, "body": body]]
        let key = Provider.mistral.decoyKey(seed: 4)
        let simulator = try Simulator(answers: [end(key): ["very_long", "long_list", "valid"]], own: own)
        #expect(try await verdicts(simulator, .mistral, [key, key, key]) == [.valid, .valid, .valid])
        #expect(try await simulator.count("key_requests", .mistral) == 3)
    }

    @Test func `files are read again on request`() async throws {
        let folder = try TemporaryFolder()
        let keys = (1...2).map { Provider.groq.decoyKey(seed: $0) }
        let file = try folder.write("live", end(keys[0]))
        let simulator = try Simulator(["--live-file", file])
        #expect(try await verdicts(simulator, .groq, keys) == [.valid, .refused])
        _ = try folder.write("live", end(keys[1]) + "\n")
        #expect(try await simulator.get("/_simulator/reload").status == 200)
        #expect(try await verdicts(simulator, .groq, keys) == [.refused, .valid])
    }

    @Test func `a name that calls no answer stops the simulator at its start`() throws {
        for arguments in [["--everyone", "vallid"], ["--answer", "x=vallid"], ["--latency", "vallid=5"]] {
            let ended = try Subprocess.run(Simulator.executable, arguments)
            #expect(ended.status != 0)
            #expect(ended.stderr.contains("vallid"))
        }
    }
}
