extension Rule {
    static let google: [Rule] = googleKey + googleAccount

    private static let googleKey: [Rule] = [
        Rule(
            "models-listed", .valid, when: .all([.status(200...299), .field("models", is: .array)]),
            why: "The key was accepted; generation may still be refused.",
            examples: [AnswerExample("valid", 200, #"{"models":[{"name":"models/gemini-test"}]}"#)]),
        Rule(
            "another-key-quoted", .unknown, when: .all([.statuses([400, 401, 403]), .echo(.differs)]),
            why: "Some messages hold the whole key; this one is not ours.",
            examples: [
                failure("echo_differs", 403, "Consumer 'api_key:other' is suspended.", reason: "CONSUMER_SUSPENDED")
            ]),
        Rule(
            "key-not-accepted", .refused, when: .all([.status(400), .reason(["API_KEY_INVALID"])]),
            why: "Malformed, deleted or expired. Google says it with 400.",
            examples: [
                failure("invalid_key", 400, "The API key is not valid.", reason: "API_KEY_INVALID"),
                failure("expired_key", 400, "The API key has expired.", reason: "API_KEY_INVALID", typeName: " @type"),
            ]),
        Rule(
            "location-not-supported", .transient,
            when: .all([
                .status(400), .text("error.status", isOneOf: ["FAILED_PRECONDITION"]),
                .phrase("error.message", anyOf: ["location is not supported"]),
            ]),
            why: "Our address, not the key: it would hit all.",
            examples: [failure("location", 400, "User location is not supported.", "FAILED_PRECONDITION")]),
        Rule(
            "key-kind-retired", .refused,
            when: .all([.status(401), .reason(["ACCESS_TOKEN_TYPE_UNSUPPORTED"]), .keyStarts(with: "AIza")]),
            why: "Keys of the first kind are no longer taken; the owner must create one of the new kind.",
            examples: [
                failure(
                    "retired_kind", 401, "Other credentials expected.", "UNAUTHENTICATED",
                    reason: "ACCESS_TOKEN_TYPE_UNSUPPORTED", keyPrefix: "AIza")
            ]),
        Rule(
            "unauthenticated", .unknown, when: .status(401),
            why: "For keys of the new kind this has been seen on working ones.",
            examples: [
                failure(
                    "new_kind_401", 401, "Other credentials expected.", "UNAUTHENTICATED",
                    reason: "ACCESS_TOKEN_TYPE_UNSUPPORTED", keyPrefix: "AQ.")
            ]),
        Rule(
            "reported-leaked", .refused,
            when: .all([.status(403), .phrase("error.message", anyOf: ["reported as leaked"])]),
            why: "Google has blocked the key for good; this answer has no details to read.",
            examples: [failure("leaked", 403, "This key was reported as leaked.", "PERMISSION_DENIED")]),
    ]

    private static let googleAccount: [Rule] = [
        Rule(
            "payment-required", .exhausted, when: .status(402),
            why: "Prepaid credit is used up, in the form of 2026.",
            examples: [failure("prepaid_402", 402, "Prepaid credit is used up.", "RESOURCE_EXHAUSTED")]),
        Rule(
            "prepaid-credit-used-up", .exhausted,
            when: .all([.status(429), .phrase("error.message", anyOf: ["prepayment credits are depleted"])]),
            why: "The older form: a 429 that no wait ends.",
            examples: [
                failure("prepaid_429", 429, "Your prepayment credits are depleted.", "RESOURCE_EXHAUSTED")
            ]),
        Rule(
            "billing-disabled", .exhausted, when: .all([.status(403), .reason(["BILLING_DISABLED"])]),
            why: "The project has no billing account.",
            examples: [failure("billing_disabled", 403, "Enable billing.", reason: "BILLING_DISABLED")]),
        Rule(
            "consumer-gone", .refused,
            when: .all([.status(403), .reason(["CONSUMER_SUSPENDED", "CONSUMER_INVALID"])]),
            why: "The project behind the key is suspended or deleted.",
            examples: [
                failure(
                    "suspended", 403, "Consumer 'api_key:<key>' is suspended.", reason: "CONSUMER_SUSPENDED"),
                failure("consumer_invalid", 403, "Permission denied.", reason: "CONSUMER_INVALID"),
            ]),
        Rule(
            "cloud-suspended", .refused, confirmation: .slow, when: .all([.status(403), .reason(["GCP_SUSPENDED"])]),
            why: "The sources disagree on whether this passes: a week decides.",
            examples: [failure("cloud_suspended", 403, "Suspended.", reason: "GCP_SUSPENDED")]),
        Rule(
            "forbidden", .restricted, when: .status(403),
            why: "A rule on the key or its project; its owner can lift it.",
            examples: [
                failure("service_blocked", 403, "Blocked.", reason: "API_KEY_SERVICE_BLOCKED"),
                failure("address_blocked", 403, "Blocked.", reason: "API_KEY_IP_ADDRESS_BLOCKED"),
                failure("project_denied", 403, "Your project has been denied access.", "PERMISSION_DENIED"),
            ]),
    ]

    private static func failure(
        _ name: String, _ status: Int, _ message: String, _ word: String = "INVALID_ARGUMENT", reason: String? = nil,
        typeName: String = "@type", keyPrefix: String = ""
    ) -> AnswerExample {
        let details =
            reason.map {
                #","details":[{"\#(typeName)":"type.googleapis.com/google.rpc.ErrorInfo","reason":"\#($0)"}]"#
            } ?? ""
        return AnswerExample(
            name, status,
            #"{"error":{"code":\#(status),"message":"\#(message)","status":"\#(word)"\#(details)}}"#,
            type: "application/json; charset=UTF-8", keyPrefix: keyPrefix)
    }
}
