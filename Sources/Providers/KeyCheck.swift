public import HTTPS
public import Secrets

/// Asks one provider whether a key works.
public struct KeyCheck: Sendable {
    /// What came of asking.
    public struct Finding: Sendable {
        public let judgement: Judgement
        /// Of the last try; nil when no answer came.
        public let httpStatus: Int?
        /// Of the last answer; zero when none came.
        public let latency: Duration
        public let tries: Int
        /// Why the last try brought no answer.
        public let fault: HTTPSError?
    }

    static let maximumTries = 3
    /// A longer hint is left to a later run.
    static let longestWait = Duration.seconds(60)

    private let client: HTTPSClient
    private let origins: ProviderOrigins
    private let userAgent: String
    private let timeouts: Timeouts
    private let pause: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - userAgent: names the program and where its operator can be reached.
    ///   - pause: how to wait between tries; a test passes one that does not.
    public init(
        client: HTTPSClient, origins: ProviderOrigins, userAgent: String, timeouts: Timeouts = Timeouts(),
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.client = client
        self.origins = origins
        self.userAgent = userAgent
        self.timeouts = timeouts
        self.pause = pause
    }

    /// Up to three tries, each after the first on a connection of its own. Only transient answers are asked again,
    /// and never one about money.
    public func ask(_ provider: Provider, key: borrowing SecretBytes) async -> Finding {
        var tries = 1
        while true {
            let finding = await ask(provider, key: key, try: tries)
            guard tries < Self.maximumTries, let wait = wait(after: finding), !Task.isCancelled else {
                return finding
            }
            do { try await pause(wait) } catch { return finding }
            tries += 1
        }
    }

    private func ask(_ provider: Provider, key: borrowing SecretBytes, try number: Int) async -> Finding {
        let request = Request(
            origin: origins[provider], path: provider.path, headers: provider.headers + [("User-Agent", userAgent)],
            secretHeader: provider.secretHeader, timeouts: timeouts, usesFreshConnection: number > 1)
        do {
            let response = try await client.send(request, secret: key)
            return Finding(
                judgement: provider.judge(Answer(response), key: key), httpStatus: response.status,
                latency: response.latency, tries: number, fault: nil)
        } catch {
            return Finding(
                judgement: .withoutAnswer(error), httpStatus: nil, latency: .zero, tries: number, fault: error)
        }
    }

    /// Nil when asking again is pointless, unwanted, or too far off.
    func wait(after finding: Finding) -> Duration? {
        let judgement = finding.judgement
        guard judgement.verdict == .transient, judgement.shouldRetry != false else { return nil }
        guard judgement.ruleName != "any.bot-challenge" else { return nil }
        if let fault = finding.fault, !fault.isWorthRetrying { return nil }
        if let hint = judgement.retryAfter { return hint <= Self.longestWait ? hint : nil }
        let factor = finding.tries <= 1 ? 1.0 : 2.0
        return .seconds(0.5 * factor * Double.random(in: 0.75...1))
    }
}

extension Judgement {
    /// No answer says nothing about a key.
    static func withoutAnswer(_ fault: HTTPSError) -> Judgement {
        Judgement(
            verdict: .transient, confirmation: .standard, ruleName: "any.no-answer", code: nil, requestID: nil,
            retryAfter: nil, shouldRetry: nil, echo: .none)
    }
}
