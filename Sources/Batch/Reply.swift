public import System

/// What a command that answers a question, or does one thing by hand, has to say.
public struct Reply: Sendable {
    /// For people, lines ended by `\n`. May hold user's words: whoever prints it escapes it.
    public let text: String
    /// The same for programs, beside the fields that every command gives.
    public let details: [(String, JSONText.Value)]
    public let outcome: Outcome
    public let counts: [Conclusion.Count]

    public init(
        _ text: String, details: [(String, JSONText.Value)] = [], outcome: Outcome = .done,
        counts: [Conclusion.Count] = []
    ) {
        self.text = text
        self.details = details
        self.outcome = outcome
        self.counts = counts
    }

    /// Nothing in it acts on a terminal.
    var harmlessText: String {
        Terminal.escapeLines(text)
    }

    func json(of command: StaticString) -> String {
        let fields: [(String, JSONText.Value)] = [
            ("job", .string(command.description)), ("run_id", .null), ("outcome", .string(outcome.name.description)),
            ("exit", .integer(Int64(outcome.status.rawValue))),
            ("counts", .object(counts.map { ($0.name, .integer(Int64($0.value))) })), ("report", .null),
        ]
        return JSONText.write(.object(fields + details))
    }
}
