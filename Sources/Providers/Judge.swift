public import Secrets

extension Provider {
    /// Reads an answer to this provider's request. It cannot fail: what nobody has described is `unknown`.
    public func judge(_ answer: Answer, key: borrowing SecretBytes) -> Judgement {
        key.withBytes { judge(answer, keyBytes: $0) }
    }

    private func judge(_ answer: Answer, keyBytes key: Span<UInt8>) -> Judgement {
        let evidence = evidence(answer, key)
        let rule = ruleGroups.lazy.joined().first { evidence.meets($0.condition) }
        let name = rule?.name ?? "unlisted"
        return Judgement(
            verdict: rule?.verdict ?? .unknown,
            confirmation: rule?.confirmation ?? .standard,
            ruleName: (ownRules.contains { $0.name == name } ? rawValue : "any") + "." + name,
            code: Identifiers.code(of: evidence, key: key),
            requestID: Identifiers.requestID(of: evidence, provider: self, key: key),
            retryAfter: RetryHint.delay(of: evidence, provider: self),
            shouldRetry: answer.header("x-should-retry").flatMap { Bool($0.lowercased()) },
            echo: evidence.echo)
    }

    private func evidence(_ answer: Answer, _ key: Span<UInt8>) -> Evidence {
        // An answer that calls itself HTML is a page of somebody in between, whatever it parses as.
        let json = answer.isHTML || answer.isTruncated ? nil : unwrapped(JSONValue(answer.body))
        var head: [UInt8] = []
        for index in 0..<min(8, key.count) { head.append(key[index]) }
        let message = json?[["error", "message"]]?.text
        let echo = message.flatMap { EchoForm.of(self)?.compare($0, with: key) } ?? .none
        return Evidence(answer: answer, json: json, echo: echo, keyHead: head)
    }

    /// Google's streaming front ends wrap an error in an array of one.
    private func unwrapped(_ json: JSONValue?) -> JSONValue? {
        guard self == .google, let elements = json?.elements, elements.count == 1, let only = elements.first,
            only[["error"]] != nil
        else { return json }
        return only
    }
}
