import Providers

/// All answers that have a name.
struct Catalogue {
    static let faults: Set<String> = ["close", "reset", "hang", "garbage", "slow"]

    private let examples: [Provider: [String: AnswerExample]]
    private let own: [String: AnswerExample]

    init(_ script: Script) {
        examples = Dictionary(
            uniqueKeysWithValues: Provider.allCases.map { provider in
                let all = provider.rules.flatMap(\.examples)
                return (provider, Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
            })
        let written = (script.own ?? [:]).map { name, answer in
            AnswerExample(
                name, answer.status, answer.body ?? "",
                headers: (answer.headers ?? [:]).sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) })
        }
        own = Dictionary((written + [Self.echo]).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func knows(_ name: String) -> Bool {
        Self.faults.contains(name) || own[name] != nil || name == "invalid_key"
            || examples.values.contains { $0[name] != nil }
    }

    subscript(name: String, provider: Provider) -> AnswerExample? {
        let dead = provider == .mistral ? "unauthorized" : "invalid_key"
        let table = examples[provider] ?? [:]
        return own[name] ?? table[name == "invalid_key" ? dead : name] ?? table["not_found"]
    }

    /// A careless provider: the whole key in every place that a check reads, and in some that it does not.
    private static let echo = AnswerExample(
        "echo_everywhere", 401,
        #"{"error":{"message":"Rejected: <key>","type":"<key>","code":"<key>","status":"<key>","#
            + #""details":[{"reason":"<key>","retryDelay":"<key>"}]},"code":"<key>","request_id":"<key>"}"#,
        headers: [
            "request-id", "x-request-id", "x-ds-trace-id", "mistral-correlation-id", "x-kong-request-id", "cf-ray",
            "retry-after", "x-echo",
        ].map { (name: $0, value: "<key>") })
}
