extension Rule {
    /// What holds for every provider before its own table is read.
    static let beforeProvider: [Rule] = [
        Rule(
            "bot-challenge", .transient, when: .header("cf-mitigated", equals: "challenge"),
            why: "The edge doubts our address; the provider has not seen the key, whatever the status.",
            examples: [
                .html("bot_challenge", 403, "One moment", headers: [("cf-mitigated", "challenge")]),
                .html("bot_challenge_as_429", 429, "One moment", headers: [("CF-Mitigated", "Challenge")]),
            ]),
        Rule(
            "redirect", .unknown, when: .status(300...399),
            why: "A redirect is never followed: it would carry the key elsewhere.",
            examples: [
                AnswerExample("redirect", 307, "", headers: [("location", "https://example.invalid/")]),
                AnswerExample("redirect_with_json", 302, #"{"error":{"code":"invalid_api_key"}}"#),
            ]),
        Rule(
            "page-instead-of-data", .unknown, when: .all([.status(200...299), .not(.isJSON), .isHTML]),
            why: "A log-in or maintenance page that calls itself success.",
            examples: [.html("portal_page", 200, "Log in")]),
        Rule(
            "long-list", .valid, when: .all([.status(200...299), .opensList]),
            why: "A list of models that goes on behind what is read: only a key that works is shown one.",
            examples: [
                AnswerExample("long_list", 200, #"{"object":"list","data":[<models>{"id":"last"}]}"#),
                AnswerExample("long_list_data_first", 200, #"{"data":[<models>{"id":"last"}],"object":"list"}"#),
                AnswerExample("long_list_of_models", 200, #"{"models":[<models>{"name":"last"}]}"#),
            ]),
        Rule(
            "not-json", .transient, when: .not(.isJSON),
            why: "A page of the edge or a proxy, or half an answer: none of them speaks of the key.",
            examples: [
                AnswerExample("truncated_json", 200, #"{"data":[{"id":"mod"#),
                .html("edge_502", 502, "Bad gateway"), .html("edge_403", 403, "Forbidden"),
                .html("maintenance", 503, "Back soon", headers: [("retry-after", "600")]),
                AnswerExample("empty_401", 401, ""),
                AnswerExample("long_refusal", 401, #"{"error":{"code":"invalid_api_key"},"data":[<models>1]}"#),
            ]),
    ]

    /// What holds for every provider when its own table has no line for the answer.
    static let afterProvider: [Rule] = [
        Rule(
            "wrong-shape", .unknown, when: .status(200...299),
            why: "Success without what success contains: the path or the provider has changed.",
            examples: [
                AnswerExample("wrong_shape", 200, #"{"hello":"world"}"#), AnswerExample("json_scalar", 200, "true"),
            ]),
        Rule(
            "busy", .transient, when: .statuses([408, 409, 425, 429, 498, 499, 529]),
            why: "A time-out, a limit or a full queue.",
            examples: [
                AnswerExample(
                    "rate_limited", 429, #"{"error":{"type":"rate_limit_error","message":"Too many requests"}}"#,
                    headers: [("retry-after", "2")]),
                AnswerExample("timed_out", 408, #"{"error":{"message":"Time is up"}}"#),
            ]),
        Rule(
            "server-fault", .transient, when: .status(500...599),
            why: "The provider is ill, not the key.",
            examples: [
                AnswerExample("server_error", 500, #"{"error":{"type":"api_error","message":"Internal error"}}"#),
                AnswerExample(
                    "overloaded", 503, #"{"error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                    headers: [("x-should-retry", "true")]),
            ]),
        Rule(
            "unlisted", .unknown, when: .always,
            why: "Nobody has described this answer. The key stays; a person looks when it lasts.",
            examples: [
                AnswerExample("not_found", 404, #"{"error":{"type":"not_found_error","message":"No such path"}}"#),
                AnswerExample("teapot", 418, "[]"),
            ]),
    ]
}
