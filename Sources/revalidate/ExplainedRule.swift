import Providers
import Secrets

/// Why an answer means what it means, in the words of the rule that decided.
struct ExplainedRule: Sendable, Equatable {
    /// `provider.rule` or `any.rule`.
    let name: String
    let why: String

    /// The record keeps status, code and verdict of an answer, not the rule. The rules' own examples are judged
    /// anew: where all that look like the record were decided by one rule, that rule is named; else nil.
    static func deciding(
        _ provider: Provider, status: Int, code: String?, verdict: String
    ) -> ExplainedRule? {
        var found: ExplainedRule?
        for rule in provider.rules where rule.verdict.rawValue == verdict {
            for example in rule.examples where example.status == status {
                guard let judgement = judge(example, of: provider), judgement.code == code,
                    judgement.verdict == rule.verdict
                else { continue }
                let candidate = ExplainedRule(name: judgement.ruleName, why: rule.why)
                if let found, found != candidate { return nil }
                found = candidate
            }
        }
        return found
    }

    static func judge(_ example: AnswerExample, of provider: Provider) -> Judgement? {
        let key = Array((example.keyPrefix + String(repeating: "x", count: 40)).utf8)
        let answer = Answer(
            status: example.status, headers: example.headers, body: example.body(forKey: key, requestID: "none"))
        return provider.judge(answer, key: SecretBytes(copying: key.span))
    }
}
