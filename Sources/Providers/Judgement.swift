/// The verdict on one answer. It holds no text of the answer but checked identifiers.
public struct Judgement: Equatable, Sendable {
    public let verdict: Verdict
    public let confirmation: Confirmation
    /// The rule that decided, `provider.rule` or `any.rule`; stable over releases.
    public let ruleName: String
    /// The provider's own error code, reason or type: at most 128 of `A-Za-z0-9._-`, without a piece of the key.
    public let code: String?
    /// The provider's identifier of this request, under the same conditions.
    public let requestID: String?
    /// What the provider asked to wait, from zero to seven days; only from answers 429, 503 and 529.
    public let retryAfter: Duration?
    /// The provider's own word on trying again (`x-should-retry`).
    public let shouldRetry: Bool?
    public let echo: KeyEcho
}
