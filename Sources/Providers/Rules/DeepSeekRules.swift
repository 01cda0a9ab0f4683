extension Rule {
    static let deepseek: [Rule] = [
        Rule(
            "balance-left", .valid, when: .all([.status(200...299), .field("is_available", is: .bool(true))]),
            why: "The key authenticated and can pay.",
            examples: [
                AnswerExample("valid", 200, #"{"is_available":true,"balance_infos":[]}"#),
                AnswerExample("valid_after_blank_lines", 200, "\n\n\n{\"is_available\":true,\"balance_infos\":[]}"),
            ]),
        Rule(
            "balance-gone", .exhausted, when: .all([.status(200...299), .field("is_available", is: .bool(false))]),
            why: "The key authenticated and cannot pay.",
            examples: [AnswerExample("no_balance", 200, #"{"is_available":false,"balance_infos":[]}"#)]),
        Rule(
            "models-listed", .valid, when: .all([.status(200...299), .text("object", isOneOf: ["list"])]),
            why: "The other path that authenticates without cost.",
            examples: [AnswerExample("models", 200, #"{"object":"list","data":[]}"#)]),
        Rule(
            "another-key-quoted", .unknown, when: .all([.status(401), .echo(.differs)]),
            why: "The last four characters are not ours: our decryption or our header is at fault.",
            examples: [failure("echo_differs", 401, "Authentication fails, your api key: ****_!_! is invalid")]),
        Rule(
            "key-not-accepted", .refused,
            when: .all([
                .status(401), .phrase("error.message", anyOf: ["your api key: "]),
                .phrase("error.message", anyOf: [" is invalid"]), .echo(.matches),
            ]),
            why: "Refused, and the last four characters are ours.",
            examples: [failure("invalid_key", 401, "Authentication fails, your api key: ****<last4> is invalid")]),
        Rule(
            "no-such-user", .refused, confirmation: .slow,
            when: .all([.status(401), .phrase("error.message", anyOf: ["no such user"])]),
            why: "Also sent to funded keys during the outage of January 2025.",
            examples: [failure("no_such_user", 401, "Authentication fails (no such user)")]),
        Rule(
            "unauthenticated", .unknown, when: .status(401),
            why: "Our header, or a wording that nobody has described.",
            examples: [failure("header_format", 401, "Authentication fails (auth header format)")]),
        Rule(
            "payment-required", .exhausted, when: .status(402),
            why: "It heals with a top-up.",
            examples: [failure("no_balance_402", 402, "Insufficient balance", type: "unknown_error")]),
    ]

    private static func failure(
        _ name: String, _ status: Int, _ message: String, type: String = "authentication_error"
    ) -> AnswerExample {
        AnswerExample(
            name, status,
            #"{"error":{"message":"\#(message)","type":"\#(type)","param":null,"code":"invalid_request_error"}}"#)
    }
}
