import Batch
import HTTPS
import Providers
import Synchronization

/// What the lanes count together.
final class Ledger: Sendable {
    struct Contents: Sendable {
        var books = Books()
        var latencies: [Provider: LatencyCounts] = [:]
        var requests: [Provider: Int] = [:]
        var retries: [Provider: Int] = [:]
        /// Providers that were sent something.
        var addressed: Set<Provider> = []
        /// Providers that gave at least one answer that says something about a key.
        var answered: Set<Provider> = []
        var decryptions = RunSummary.Decryptions()
        /// Keys sealed under a version that came up while the run was going, and that this process does not hold.
        var unknownVersions = 0
        var unfinished: [Provider: UnfinishedReason] = [:]
        /// What last kept a provider from saying anything about a key.
        var troubles: [Provider: LogMessage] = [:]

        /// Whether requests went out and none of the providers answered anything.
        var isDeaf: Bool { answered.isEmpty && !addressed.isEmpty }
    }

    private let contents = Mutex(Contents())
    private let progress: Progress

    init(_ progress: Progress) { self.progress = progress }

    var now: Contents { contents.withLock { $0 } }

    func enter(_ outcome: KeyOutcome, for provider: Provider, count: Int = 1) {
        guard count > 0 else { return }
        contents.withLock { $0.books.enter(outcome, for: provider, count: count) }
        progress.advance(by: count)
    }

    func asked(_ provider: Provider, _ finding: KeyCheck.Finding, isControl: Bool = false) {
        contents.withLock { contents in
            contents.requests[provider, default: 0] += finding.tries
            contents.retries[provider, default: 0] += finding.tries - 1
            if finding.judgement.verdict != .transient {
                contents.answered.insert(provider)
            } else {
                contents.troubles[provider] = finding.trouble
            }
            if finding.fault != .invalidRequest { contents.addressed.insert(provider) }
            guard !isControl, finding.httpStatus != nil else { return }
            contents.latencies[provider, default: LatencyCounts()].add(finding.latency.wholeMilliseconds)
        }
    }

    func opened(forFingerprint: Bool) {
        contents.withLock { contents in
            contents.decryptions.revalidate += 1
            if forFingerprint { contents.decryptions.fingerprint += 1 }
        }
    }

    /// Whether requests went out and no answer said anything.
    func isDeaf(_ provider: Provider) -> Bool {
        contents.withLock { $0.addressed.contains(provider) && !$0.answered.contains(provider) }
    }

    func trouble(of provider: Provider) -> LogMessage? { contents.withLock { $0.troubles[provider] } }

    func metUnknownVersion() { contents.withLock { $0.unknownVersions += 1 } }

    /// The first reason stays.
    func leaveUnfinished(_ provider: Provider, because reason: UnfinishedReason) {
        contents.withLock { if $0.unfinished[provider] == nil { $0.unfinished[provider] = reason } }
    }
}

extension KeyCheck.Finding {
    fileprivate var trouble: LogMessage {
        if let httpStatus { return "HTTP \(httpStatus)" }
        return fault.map { "\(PlaceName($0.description))" } ?? "no answer"
    }
}
