/// What a SQLSTATE means for a batch job.
enum SQLState {
    static func kind(of state: String) -> PostgresError.Kind {
        exact[state] ?? classes[String(state.prefix(2))] ?? .other
    }

    /// The server ends the session after reporting one of these.
    static func endsSession(_ state: String) -> Bool {
        state.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(state)
    }

    private static let exact: [String: PostgresError.Kind] = [
        "40001": .retryTransaction, "40P01": .retryTransaction, "55P03": .retryTransaction,
        "40003": .commitUnknown,
        "57014": .timeout,
        "57P01": .connectionLost, "57P02": .connectionLost, "57P05": .connectionLost, "25P03": .connectionLost,
        "57P03": .unavailable, "53300": .unavailable,
        "25006": .readOnly,
        "42501": .notPermitted, "28000": .notPermitted, "28P01": .notPermitted,
        "3D000": .syntaxOrSchema, "3F000": .syntaxOrSchema, "0A000": .syntaxOrSchema,
    ]

    private static let classes: [String: PostgresError.Kind] = [
        "08": .connectionLost, "22": .invalidValue, "23": .constraint, "28": .notPermitted, "42": .syntaxOrSchema,
        "44": .constraint, "53": .unavailable, "BK": .raised,
    ]
}
