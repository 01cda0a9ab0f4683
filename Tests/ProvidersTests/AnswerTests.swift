import Foundation
import Providers
import Secrets
import Testing

@Suite struct AnswerTests {
    private static let waits: [(String, Duration?)] = [
        ("2", .seconds(2)), ("1.5", .milliseconds(1500)), ("12ms", .milliseconds(12)), ("34.4s", .seconds(34.4)),
        ("2m59.56s", .seconds(179.56)), ("68940s", .seconds(68_940)), ("0", .zero), ("1e30", .seconds(604_800)),
        ("-5", nil), ("NaN", nil), ("abc", nil), ("", nil), ("s", nil), ("1m2x", nil),
        ("2026-11-23T12:00:30Z", .seconds(30)), ("2026-11-23T13:00:30.000+01:00", .seconds(30)),
        ("Mon, 23 Nov 2026 12:01:00 GMT", .seconds(60)), ("Mon, 23 Nov 2020 12:01:00 GMT", .zero),
        ("2026-13-45T99:99:99Z", nil),
    ]

    @Test func `every form of a wait is read and nothing else`() {
        for (text, expected) in Self.waits {
            let found = judge(.groq, 429, "{}", ["retry-after": text]).retryAfter
            let difference = found.flatMap { found in expected.map { found - $0 } }
            #expect((found == nil) == (expected == nil), "\(text)")
            if let difference { #expect(abs(difference / .seconds(1)) < 0.001, "\(text)") }
        }
    }

    @Test func `a wait is read from busy answers only, milliseconds first, and from Google's details`() {
        #expect(judge(.openai, 200, #"{"object":"list"}"#, ["retry-after": "5"]).retryAfter == nil)
        #expect(judge(.openai, 500, "{}", ["retry-after": "5"]).retryAfter == nil)
        #expect(
            judge(.openai, 429, "{}", ["retry-after": "1", "retry-after-ms": "12"]).retryAfter == .milliseconds(12))
        let google = #"{"error":{"details":[{"reason":"X"},{"retryDelay":"34s"}]}}"#
        #expect(judge(.google, 429, google).retryAfter == .seconds(34))
    }

    @Test(arguments: [("", "matches"), ("x", "differs")])
    func `a quoted key counts only when it is ours in head, tail and length`(extra: String, expected: String) {
        let key = String(decoding: Provider.openai.decoyKey(seed: 2), as: UTF8.self)
        let stars = String(repeating: "*", count: key.count - 12) + (extra.isEmpty ? "" : "*")
        let quoted = key.prefix(8) + stars + key.suffix(4)
        let body = #"{"error":{"code":"invalid_api_key","message":"Incorrect API key provided: \#(quoted). You"}}"#
        let judgement = judge(.openai, 401, body)
        #expect(judgement.echo.rawValue == expected)
        #expect(judgement.verdict == (expected == "matches" ? .refused : .unknown))
    }

    @Test func `identifiers that hold a piece of the key are dropped`() {
        let key = String(decoding: Provider.openai.decoyKey(seed: 2), as: UTF8.self)
        let piece = String(key.dropFirst(20).prefix(8))
        let leaking = judge(.openai, 500, #"{"error":{"code":"a\#(piece)"}}"#, ["x-request-id": "b\(piece)"])
        #expect(leaking.code == nil && leaking.requestID == nil)
        let harmless = judge(.openai, 500, #"{"error":{"code":"server_error"}}"#, ["x-request-id": "req_1"])
        #expect(harmless.code == "server_error" && harmless.requestID == "req_1")
        #expect(judge(.openai, 500, #"{"error":{"code":"two words"}}"#).code == nil)
    }

    @Test(arguments: Provider.allCases)
    func `damaged answers neither trap nor refuse a key that the whole answer does not refuse`(provider: Provider) {
        var generator = SystemRandomNumberGenerator()
        let key = provider.decoyKey(seed: 2)
        let secret = SecretBytes(copying: key.span)
        for example in provider.rules.filter({ $0.verdict != .refused }).flatMap(\.examples) {
            for _ in 0..<20 {
                var body = example.body(forKey: key, requestID: "r")
                body = Array(body.prefix(Int.random(in: 0...body.count, using: &generator)))
                let answer = Answer(status: example.status, headers: example.headers, body: body)
                #expect(provider.judge(answer, key: secret).verdict != .refused)
            }
        }
        for body in ["[", "{\"a\":"].map({ String(repeating: $0, count: 20_000) })
            + ["1e999", "{\"error\":{\"code\":1e999}}", "\u{FEFF}{}"]
        {
            #expect(judge(provider, 401, body).verdict != .refused)
        }
    }

    @Test func `a test origin is a literal loopback address or nothing`() throws {
        #expect(try !ProviderOrigins(environment: [:]).namesTestServers)
        #expect(try ProviderOrigins(environment: ["BYOK_GROQ_URL": "http://127.0.0.1:9"]).namesTestServers)
        for text in ["http://localhost:1", "https://api.groq.com", "http://127.0.0.1:9/groq", "", "http://10.0.0.1"] {
            #expect(throws: ProviderOrigins.Fault.notLoopback(variable: "BYOK_GROQ_URL")) {
                try ProviderOrigins(environment: ["BYOK_GROQ_URL": text])
            }
        }
    }

    private func judge(
        _ provider: Provider, _ status: Int, _ body: String, _ headers: [String: String] = [:]
    ) -> Judgement {
        let noon = Date(timeIntervalSince1970: 1_795_435_200)
        let answer = Answer(
            status: status, headers: headers.map { (name: $0.key, value: $0.value) }, body: Array(body.utf8),
            receivedAt: noon)
        return provider.judge(answer, key: SecretBytes(copying: provider.decoyKey(seed: 2).span))
    }
}
