import Providers
import Secrets
import Testing

@Suite struct RuleTests {
    @Test(arguments: Provider.allCases)
    func `every example is decided by its own rule`(provider: Provider) throws {
        for rule in provider.rules {
            #expect(!rule.examples.isEmpty, "\(provider) \(rule.name) has no example")
            for example in rule.examples {
                let judgement = judged(example, by: provider)
                #expect(judgement.ruleName.hasSuffix("." + rule.name), "\(provider) \(example.name)")
                #expect(judgement.verdict == rule.verdict, "\(provider) \(example.name)")
                #expect(judgement.confirmation == rule.confirmation, "\(provider) \(example.name)")
            }
        }
    }

    @Test(arguments: Provider.allCases)
    func `names of rules and of examples are unique within a provider`(provider: Provider) {
        let rules = provider.rules.map(\.name)
        #expect(Set(rules).count == rules.count)
        let examples = provider.rules.flatMap(\.examples).map(\.name)
        let own = Set(provider.rules.flatMap { rule in rule.examples.map { "\(rule.name)/\($0.name)" } })
        #expect(own.count == examples.count)
        #expect(provider.rules.allSatisfy { !$0.why.isEmpty })
    }

    @Test func `a slow confirmation stands on the refusals that working keys have received`() {
        let slow = Provider.allCases.flatMap { provider in
            provider.rules.filter { $0.confirmation == .slow }.map { "\(provider).\($0.name)" }
        }
        #expect(slow.contains("mistral.key-not-accepted"))
        #expect(slow.contains("deepseek.no-such-user"))
    }

    @Test(arguments: Provider.allCases)
    func `no status alone refuses a key`(provider: Provider) {
        let key = SecretBytes(copying: provider.decoyKey(seed: 1).span)
        for status in 0...999 {
            for body in ["", "{}", "[]", "null", "\"x\"", "{\"error\":{}}", "{\"error\":null}", "<html>"] {
                let answer = Answer(status: status, headers: [], body: Array(body.utf8))
                #expect(provider.judge(answer, key: key).verdict != .refused, "\(status) \(body)")
            }
        }
    }
}

func judged(_ example: AnswerExample, by provider: Provider) -> Judgement {
    let shape = KeyShape.known.first { shape in
        shape.provider == provider && shape.kind == .apiKey
            && (example.keyPrefix.isEmpty || shape.decoy(seed: 7).starts(with: example.keyPrefix.utf8))
    }
    let key = (shape ?? provider.currentShape).decoy(seed: 7)
    let answer = Answer(
        status: example.status, headers: example.headers, body: example.body(forKey: key, requestID: "req_1"))
    return provider.judge(answer, key: SecretBytes(copying: key.span))
}
