extension Rule {
    static let anthropic: [Rule] = [
        Rule(
            "models-listed", .valid, when: .all([.status(200...299), .field("data", is: .array)]),
            why: "The key authenticated; credit is another matter.",
            examples: [
                AnswerExample(
                    "valid", 200, #"{"data":[{"type":"model","id":"claude-test"}],"has_more":false}"#,
                    headers: [("request-id", "<id>"), ("retry-after", "55")])
            ]),
        Rule(
            "our-request-wrong", .unknown,
            when: .all([.status(401), .phrase("error.message", anyOf: ["header is required", "CORS requests"])]),
            why: "The same error type as a dead key, but the fault is in what we sent.",
            examples: [
                failure("header_missing", 401, "authentication_error", "x-api-key header is required"),
                failure("cors_refused", 401, "authentication_error", "CORS requests need another header"),
            ]),
        Rule(
            "key-not-accepted", .refused,
            when: .all([.status(401), .text("error.type", isOneOf: ["authentication_error"])]),
            why: "Malformed, revoked and expired keys all read like this.",
            examples: [failure("invalid_key", 401, "authentication_error", "invalid x-api-key")]),
        Rule(
            "organization-disabled", .refused,
            when: .all([.status(400), .phrase("error.message", anyOf: ["organization has been disabled"])]),
            why: "The account behind the key is closed, and says so with 400.",
            examples: [
                failure(
                    "organization_disabled", 400, "invalid_request_error", "This organization has been disabled.")
            ]),
        Rule(
            "no-credit", .exhausted,
            when: .all([
                .status(400),
                .phrase(
                    "error.message",
                    anyOf: [
                        "credit balance is too low", "reached your specified API usage limits",
                        "reached your specified workspace API usage limits",
                    ]),
            ]),
            why: "It heals with a top-up or on the first of the month.",
            examples: [
                failure("credit_too_low", 400, "invalid_request_error", "Your credit balance is too low."),
                failure(
                    "usage_limit", 400, "invalid_request_error", "You have reached your specified API usage limits."),
                failure(
                    "workspace_usage_limit", 400, "invalid_request_error",
                    "You have reached your specified workspace API usage limits."),
            ]),
        Rule(
            "payment-required", .exhausted, when: .status(402),
            why: "A billing error.",
            examples: [failure("billing_error", 402, "billing_error", "Payment is due")]),
        Rule(
            "spend-limit-enforced", .exhausted,
            when: .all([
                .status(429), .text("error.details.error_code", isOneOf: ["enforced_spend_limit_reached"]),
            ]),
            why: "A 429 that no wait within this run ends.",
            examples: [
                AnswerExample(
                    "spend_limit", 429,
                    #"{"type":"error","error":{"details":{"error_code":"enforced_spend_limit_reached"},"#
                        + #""type":"rate_limit_error","message":"Spend limit"},"request_id":"<id>"}"#)
            ]),
        Rule(
            "not-permitted", .restricted,
            when: .all([.status(403), .text("error.type", isOneOf: ["permission_error"])]),
            why: "The key is known and lacks a right.",
            examples: [failure("permission_denied", 403, "permission_error", "No permission for this resource")]),
        Rule(
            "blocked-on-the-way", .transient, when: .status(403),
            why: "Region or edge: it would hit every key sent from our address.",
            examples: [
                AnswerExample("region_block", 403, #"{"error":{"type":"forbidden","message":"Request not allowed"}}"#)
            ]),
    ]

    private static func failure(_ name: String, _ status: Int, _ type: String, _ message: String) -> AnswerExample {
        AnswerExample(
            name, status,
            #"{"type":"error","error":{"type":"\#(type)","message":"\#(message)"},"request_id":"<id>"}"#,
            headers: [("request-id", "<id>"), ("x-should-retry", "false")])
    }
}
