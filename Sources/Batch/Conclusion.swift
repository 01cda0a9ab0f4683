public import System

/// What a job hands back: everything it came to, counted.
public struct Conclusion: Sendable {
    public struct Count: Sendable, Equatable {
        public let name: String
        public let value: Int

        public init(_ name: StaticString, _ value: Int) {
            self.name = name.description
            self.value = value
        }
    }

    /// What a command was asked for, such as a list: told in JSON only, under its own name.
    public struct Detail: Sendable {
        let name: String
        let value: JSONText.Value

        public init(_ name: StaticString, _ value: JSONText.Value) {
            self.name = name.description
            self.value = value
        }
    }

    public let outcomes: [Outcome]
    public let counts: [Count]
    /// The folder of this run's report.
    public let report: String?
    /// One line for a person.
    public let summary: LogMessage?
    /// The next step, such as how to resume.
    public let next: LogMessage?
    public let details: [Detail]
    /// What a command by hand was asked for, such as the new key's id, in lines ended by `\n`; printed as it is
    /// instead of a line of what was done, and not in JSON. Whoever prints it escapes it.
    /// Empty where standard output belongs to something else, such as a key: then not even JSON goes there.
    public let answer: String?

    public init(
        _ outcomes: [Outcome] = [.done], counts: [Count] = [], report: String? = nil, summary: LogMessage? = nil,
        next: LogMessage? = nil, details: [Detail] = [], answer: String? = nil
    ) {
        self.outcomes = outcomes
        self.counts = counts
        self.report = report
        self.summary = summary
        self.next = next
        self.details = details
        self.answer = answer
    }

    init(_ failure: JobFailure) {
        self.init([failure.outcome], summary: failure.message, next: failure.next)
    }

    /// The weightiest of the outcomes.
    public var outcome: Outcome { .first(of: outcomes) }
    public var status: ExitStatus { outcome.status }

    /// Nothing in it acts on a terminal.
    var harmlessAnswer: String { Terminal.escapeLines(answer ?? "") }

    func adding(_ outcome: Outcome) -> Conclusion {
        Conclusion(
            outcomes + [outcome], counts: counts, report: report, summary: summary, next: next, details: details,
            answer: answer)
    }
}
