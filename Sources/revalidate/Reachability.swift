import Providers
import Synchronization

/// Notices a provider that is down before all its keys were asked in vain.
final class Reachability: Sendable {
    static let patience = 20

    private let unanswered = Mutex<Int?>(0)

    /// True when all the first answers were of the passing kind.
    func isHopeless(after verdict: Verdict) -> Bool {
        unanswered.withLock { unanswered in
            guard let count = unanswered else { return false }
            unanswered = verdict == .transient ? count + 1 : nil
            return (unanswered ?? 0) >= Self.patience
        }
    }
}
