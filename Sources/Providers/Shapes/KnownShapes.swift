extension KeyShape {
    private static let openAIMarker = Part.literal("T3BlbkFJ")

    /// Forms seen in the scanners' public rules; the exact ones of a provider stand before its loose ones.
    public static let known: [KeyShape] =
        anthropic + openai + google + [
            KeyShape("deepseek", .deepseek, .literal("sk-"), .secret(.hex, 32)),
            KeyShape(
                "deepseek-loose", .deepseek, isDistinctive: false, .literal("sk-"), .secret(.lowerAlphanumeric, 32)),
            KeyShape("mistral", .mistral, isDistinctive: false, .secret(.alphanumeric, 32)),
            KeyShape(
                "groq", .groq, .literal("gsk_"), .secret(.alphanumeric, 20), .literal("WGdyb3FY"),
                .secret(.alphanumeric, 24)),
            KeyShape("groq-loose", .groq, .literal("gsk_"), .secret(.alphanumeric, 50...54)),
        ]

    private static let anthropic: [KeyShape] = [
        KeyShape("anthropic-api03", .anthropic, .literal("sk-ant-api03-"), .secret(.base64URL, 93), .literal("AA")),
        KeyShape("anthropic-api", .anthropic, .literal("sk-ant-api"), .secret(.base64URL, 83...125)),
        KeyShape(
            "anthropic-admin", .anthropic, kind: .admin, .literal("sk-ant-admin"), .secret(.base64URL, 20...200)),
        KeyShape("anthropic-oauth", .anthropic, kind: .oauth, .literal("sk-ant-oat"), .secret(.base64URL, 20...200)),
        KeyShape("anthropic-refresh", .anthropic, kind: .oauth, .literal("sk-ant-ort"), .secret(.base64URL, 20...200)),
        KeyShape(
            "anthropic-session", .anthropic, kind: .session, .literal("sk-ant-sid"), .secret(.base64URL, 20...200)),
    ]

    private static let openai: [KeyShape] =
        [
            around("openai-legacy", "sk-", .alphanumeric, 20),
            around("openai-project-early", "sk-proj-", .alphanumeric, 20),
        ]
        + [58, 74].flatMap { half in
            [
                around("openai-project-\(half)", "sk-proj-", .base64URL, half),
                around("openai-service-\(half)", "sk-svcacct-", .base64URL, half),
                around("openai-admin-\(half)", "sk-admin-", .base64URL, half, kind: .admin),
            ]
        }
        + [
            KeyShape(
                "openai-service-early", .openai, .literal("sk-service-"), .secret(.base64URL, 1...120), openAIMarker,
                .secret(.base64URL, 20...120)),
            KeyShape("openai-none", .openai, .literal("sk-None-"), .secret(.base64URL, 40...200)),
            KeyShape("openai-project-loose", .openai, .literal("sk-proj-"), .secret(.base64URL, 20...250)),
            KeyShape("openai-service-loose", .openai, .literal("sk-svcacct-"), .secret(.base64URL, 20...250)),
            KeyShape("openai-admin-loose", .openai, kind: .admin, .literal("sk-admin-"), .secret(.base64URL, 20...250)),
        ]

    private static let google: [KeyShape] = [
        KeyShape("google-auth", .google, .literal("AQ.Ab8RN6"), .secret(.base64URL, 44)),
        KeyShape("google-standard", .google, .literal("AIza"), .secret(.base64URL, 35)),
        KeyShape("google-auth-loose", .google, .literal("AQ."), .secret(.base64URL, 20...100)),
        KeyShape("google-auth-other", .google, .literal("IQ."), .secret(.base64URL, 20...100)),
        KeyShape("google-oauth", .google, kind: .oauth, .literal("ya29."), .secret(.base64URL, 10...400)),
    ]

    private static func around(
        _ name: String, _ prefix: String, _ alphabet: Alphabet, _ half: Int, kind: Kind = .apiKey
    ) -> KeyShape {
        KeyShape(
            name, .openai, kind: kind, .literal(prefix), .secret(alphabet, half), openAIMarker, .secret(alphabet, half))
    }
}
