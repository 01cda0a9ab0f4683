import Providers
import System

/// What a run came to at one provider.
struct ProviderSummary: Sendable {
    /// Whether our own canary passed and a made-up key was refused.
    enum ControlGroup: String, Sendable, CaseIterable {
        case pass, fail, notDecided, notConfigured
    }

    struct Guard: Sendable, Equatable {
        let isTripped: Bool
        let trippedAt: Timestamp?
        let approvedUntil: Timestamp?
        /// Of the last 24 hours, over all runs.
        let looked: Int
        let refused: Int
        /// That many refusals are still let pass.
        let threshold: Int
        /// Keys whose strike is held back now.
        let held: Int
    }

    /// Milliseconds of answers, canary and decoy left out; nil where no answer came.
    struct Latency: Sendable, Equatable {
        let p50: Int
        let p95: Int
        let maximum: Int
    }

    let provider: Provider
    /// Keys due when the run began.
    let due: Int
    /// Of every key taken up; their sum is what was taken up.
    let outcomes: [KeyOutcome: Int]
    let latency: Latency?
    let controlGroup: ControlGroup
    /// Nil where the database was not asked, as in a dry run that may not.
    let guardState: Guard?
    /// Sent, retries and control group included.
    let requests: Int
    let retries: Int
    /// Why this provider was not decided, or not to the end, in words for a reader; nil where it was.
    let notDecidedReason: String?

    var takenUp: Int { outcomes.values.reduce(0, +) }
}
