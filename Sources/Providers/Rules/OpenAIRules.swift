extension Rule {
    static let openai: [Rule] = openaiKnownKey + openaiRefused + openaiLimits

    private static let openaiKnownKey: [Rule] = [
        Rule(
            "models-listed", .valid, when: .all([.status(200...299), .text("object", isOneOf: ["list"])]),
            why: "The key authenticated; credit is another matter.",
            examples: [
                AnswerExample(
                    "valid", 200, #"{"object":"list","data":[{"id":"gpt-test","object":"model"}]}"#,
                    headers: [("x-request-id", "<id>")])
            ]),
        Rule(
            "another-key-quoted", .unknown, when: .all([.status(401), .echo(.differs)]),
            why: "The key in the message is not ours: our decryption or our header is at fault.",
            examples: [
                failure(
                    "echo_differs", 401, "Incorrect API key provided: sk-other****wxyz. You can find yours.",
                    code: "invalid_api_key"),
                failure("echo_whole", 401, "Incorrect API key provided: demo.", code: "invalid_api_key"),
            ]),
        Rule(
            "scope-missing", .restricted,
            when: .all([
                .statuses([401, 403]), .phrase("error.message", anyOf: ["insufficient permissions", "missing scopes"]),
            ]),
            why: "The key is known and lacks a scope; an incident of 2026 sent this to keys that had them all.",
            examples: [
                failure("scope_missing_403", 403, "You have insufficient permissions. Missing scopes: api.model.read."),
                failure("scope_missing_401", 401, "Missing scopes: model.request."),
            ]),
    ]

    private static let openaiRefused: [Rule] = [
        Rule(
            "account-deactivated", .refused,
            when: .all([.status(401), .text("error.code", isOneOf: ["account_deactivated"])]),
            why: "The account behind the key is closed.",
            examples: [
                failure("account_deactivated", 401, "The account was deactivated.", code: "account_deactivated")
            ]),
        Rule(
            "key-not-accepted", .refused,
            when: .all([.status(401), .text("error.code", isOneOf: ["invalid_api_key"]), .echo(.matches)]),
            why: "Refused, and the masked key in the message is ours.",
            examples: [
                failure(
                    "invalid_key", 401, "Incorrect API key provided: <head8><stars><last4>. You can find yours online.",
                    code: "invalid_api_key")
            ]),
        Rule(
            "key-not-accepted-unquoted", .refused, confirmation: .slow,
            when: .all([.status(401), .text("error.code", isOneOf: ["invalid_api_key"])]),
            why: "Refused without the quote that would prove which key: one more week to be sure.",
            examples: [failure("invalid_key_unquoted", 401, "Incorrect API key.", code: "invalid_api_key")]),
    ]

    private static let openaiLimits: [Rule] = [
        Rule(
            "other-organization", .unknown,
            when: .all([
                .status(401), .text("error.code", isOneOf: ["mismatched_organization", "invalid_organization"]),
            ]),
            why: "A header we should not have sent.",
            examples: [
                failure("mismatched_organization", 401, "Header and key differ", code: "mismatched_organization")
            ]),
        Rule(
            "access-limited", .restricted,
            when: .all([
                .status(401),
                .any([
                    .text("error.code", isOneOf: ["ip_not_authorized", "no_organization"]),
                    .word("error.message", "ip"),
                    .phrase("error.message", anyOf: ["member of an organization", "access to the organization"]),
                ]),
            ]),
            why: "An address list or a lost membership; both can be put right.",
            examples: [
                failure("ip_not_allowed", 401, "Your IP is not on the list.", code: "ip_not_authorized"),
                failure("no_organization", 401, "Be a member of an organization first.", code: "no_organization"),
                failure("membership_lost", 401, "No access to the organization of this key."),
            ]),
        Rule(
            "region-not-supported", .transient,
            when: .all([.status(403), .text("error.code", isOneOf: ["unsupported_country_region_territory"])]),
            why: "Our address, not the key: it would hit all.",
            examples: [
                failure("region", 403, "Region not supported", code: "unsupported_country_region_territory")
            ]),
        Rule(
            "forbidden", .restricted, when: .status(403),
            why: "The key is known and may not do this.",
            examples: [failure("project_lacks_model", 403, "The project has no such model", code: "model_not_found")]),
        Rule(
            "no-quota", .exhausted,
            when: .all([
                .status(429),
                .any([.text("error.type", isOneOf: openaiMoney), .text("error.code", isOneOf: openaiMoney)]),
            ]),
            why: "A 429 about money: no wait ends it.",
            examples: [
                failure("no_quota", 429, "Quota used up", type: "insufficient_quota", code: "insufficient_quota"),
                failure("billing_not_active", 429, "Account not active", type: "billing_not_active"),
                failure("spend_limit", 429, "Limit", code: "project_spend_limit_exceeded"),
            ]),
    ]

    private static let openaiMoney: Set<String> = [
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_not_active",
        "billing_hard_limit_reached",
    ]

    private static func failure(
        _ name: String, _ status: Int, _ message: String, type: String = "invalid_request_error", code: String? = nil
    ) -> AnswerExample {
        let code = code.map { "\"\($0)\"" } ?? "null"
        return AnswerExample(
            name, status,
            #"{"error":{"message":"\#(message)","type":"\#(type)","param":null,"code":\#(code)}}"#,
            headers: [("x-request-id", "<id>")], type: "application/json; charset=utf-8")
    }
}
