extension Rule {
    static let mistral: [Rule] = [
        Rule(
            "models-listed", .valid, when: .all([.status(200...299), .text("object", isOneOf: ["list"])]),
            why: "The key authenticated.",
            examples: [
                AnswerExample(
                    "valid", 200, #"{"object":"list","data":[{"id":"mistral-test","object":"model"}]}"#,
                    headers: [("mistral-correlation-id", "<id>")])
            ]),
        Rule(
            "no-key-arrived", .unknown,
            when: .all([
                .status(401),
                .any(messages(["no api key", "missing", "not provided", "header"])),
            ]),
            why: "The gateway did not see our header.",
            examples: [AnswerExample("no_key", 401, #"{"message":"No API key found in request"}"#)]),
        Rule(
            "key-not-accepted", .refused, confirmation: .slow,
            when: .all([.status(401), .any(messages(["unauthorized", "invalid", "expired", "revoked"]))]),
            why: "A working key whose plan is used up gets the same bytes: only time tells them apart.",
            examples: [
                AnswerExample("unauthorized", 401, #"{"detail":"Unauthorized"}"#),
                AnswerExample("unauthorized_gateway", 401, #"{"message":"Unauthorized","request_id":"<id>"}"#),
            ]),
        Rule(
            "unauthenticated", .unknown, when: .status(401),
            why: "A wording that nobody has described.",
            examples: [AnswerExample("odd_401", 401, #"{"detail":[{"msg":"Unauthorized"}]}"#)]),
        Rule(
            "payment-required", .exhausted, when: .status(402),
            why: "Credit, spending limit or a failed invoice.",
            examples: [AnswerExample("payment", 402, #"{"object":"error","message":"Payment required"}"#)]),
        Rule(
            "plan-used-up", .exhausted,
            when: .all([.status(403), .any(messages(["subscription", "usage limit"]))]),
            why: "It heals with the plan.",
            examples: [
                AnswerExample("subscription", 403, #"{"object":"error","message":"No active subscription"}"#),
                AnswerExample("usage_limit", 403, #"{"detail":"Usage limit reached"}"#),
            ]),
        Rule(
            "forbidden", .restricted, when: .status(403),
            why: "Tier or workspace.",
            examples: [AnswerExample("forbidden", 403, #"{"object":"error","message":"Forbidden","code":null}"#)]),
    ]

    /// Mistral's message stands at any of these places; as an array in `detail` it is about our request.
    private static func messages(_ phrases: [String]) -> [Condition] {
        ["detail", "message", "error.message"].map { .phrase($0, anyOf: phrases) }
    }
}
