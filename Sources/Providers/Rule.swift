/// One line of a decision table. The first rule whose condition holds decides.
public struct Rule: Sendable {
    public let name: String
    public let verdict: Verdict
    public let confirmation: Confirmation
    /// Why this answer means that verdict.
    public let why: String
    /// Answers that this rule, and no earlier one, decides.
    public let examples: [AnswerExample]
    let condition: Condition

    init(
        _ name: String, _ verdict: Verdict, confirmation: Confirmation = .standard, when condition: Condition,
        why: String, examples: [AnswerExample]
    ) {
        self.name = name
        self.verdict = verdict
        self.confirmation = confirmation
        self.condition = condition
        self.why = why
        self.examples = examples
    }
}

extension Provider {
    /// The whole table of this provider, in the order in which it is read.
    public var rules: [Rule] { ruleGroups.flatMap(\.self) }

    /// Before the provider's own, its own, and after them.
    var ruleGroups: [[Rule]] { [Rule.beforeProvider, ownRules, Rule.afterProvider] }

    var ownRules: [Rule] {
        switch self {
        case .anthropic: Rule.anthropic
        case .openai: Rule.openai
        case .google: Rule.google
        case .deepseek: Rule.deepseek
        case .mistral: Rule.mistral
        case .groq: Rule.groq
        }
    }
}
