extension Rule {
    static let groq: [Rule] = [
        Rule(
            "models-listed", .valid, when: .all([.status(200...299), .text("object", isOneOf: ["list"])]),
            why: "The key authenticated.",
            examples: [
                AnswerExample(
                    "valid", 200, #"{"object":"list","data":[{"id":"test","object":"model","active":true}]}"#,
                    headers: [("x-request-id", "<id>")])
            ]),
        Rule(
            "no-key-arrived", .unknown,
            when: .all([
                .status(401),
                .any([
                    .phrase("error.code", anyOf: ["missing", "no_api_key", "required"]),
                    .phrase("error.message", anyOf: ["no api key", "missing api key", "not provided"]),
                ]),
            ]),
            why: "Our header did not arrive.",
            examples: [failure("no_key", 401, "Missing API key", code: "missing_api_key")]),
        Rule(
            "key-not-accepted", .refused, when: .all([.status(401), .phrase("error.code", anyOf: ["api_key"])]),
            why: "Invalid or expired.",
            examples: [
                failure("invalid_key", 401, "Invalid API key", code: "invalid_api_key"),
                failure("expired_key", 401, "Expired API key", code: "expired_api_key"),
            ]),
        Rule(
            "organization-restricted", .refused,
            when: .all([.status(400), .text("error.code", isOneOf: ["organization_restricted"])]),
            why: "The account behind the key is closed, and says so with 400.",
            examples: [
                failure("organization_restricted", 400, "Organization restricted", code: "organization_restricted")
            ]),
        Rule(
            "spend-limit", .exhausted,
            when: .all([.status(400), .text("error.code", isOneOf: ["blocked_api_access"])]),
            why: "The organization's own limit, until the first of the month.",
            examples: [failure("spend_limit", 400, "Spend limit reached", code: "blocked_api_access")]),
        Rule(
            "network-blocked", .transient,
            when: .all([.status(403), .phrase("error.message", anyOf: ["network settings"])]),
            why: "Our address, not the key.",
            examples: [failure("network", 403, "Check your network settings.")]),
        Rule(
            "forbidden", .restricted, when: .status(403),
            why: "Plan or project.",
            examples: [failure("plan", 403, "Not in this plan", code: "not_available_for_plan")]),
    ]

    private static func failure(
        _ name: String, _ status: Int, _ message: String, code: String? = nil
    ) -> AnswerExample {
        let code = code.map { #","code":"\#($0)""# } ?? ""
        return AnswerExample(
            name, status, #"{"error":{"message":"\#(message)","type":"invalid_request_error"\#(code)}}"#,
            headers: [("x-request-id", "<id>")])
    }
}
