import Providers
import Synchronization

/// How many requests a provider gets at a time, and how far apart: halved when it says "too many", and
/// recovering step by step while it does not.
final class Pace: Sendable {
    private struct State {
        var width: Int
        var spacing: Duration
        var nextStart = ContinuousClock.now
        var calmAnswers = 0
    }

    /// A longer wait is one customer's, not our address's: that key waits for a later run, the others go on.
    static let longestPause: Duration = .seconds(5)
    static let calmBeforeRecovery = 20

    let widest: Int
    private let narrowestSpacing: Duration
    private let state: Mutex<State>

    init(concurrency: Int, spacing: Duration) {
        widest = max(1, concurrency)
        narrowestSpacing = max(.zero, spacing)
        state = Mutex(State(width: max(1, concurrency), spacing: max(.zero, spacing)))
    }

    /// Whether the worker with this number may take a key now.
    func admits(_ worker: Int) -> Bool { state.withLock { worker < $0.width } }

    /// The moment at which the next request may go out.
    func nextStart() -> ContinuousClock.Instant {
        state.withLock { state in
            let start = max(state.nextStart, .now)
            state.nextStart = start.advanced(by: state.spacing)
            return start
        }
    }

    func note(_ finding: KeyCheck.Finding) {
        let isTooMany = finding.judgement.verdict == .transient && finding.httpStatus == 429
        state.withLock { isTooMany ? slowDown(&$0, finding.judgement.retryAfter) : recover(&$0) }
    }

    private func slowDown(_ state: inout State, _ hint: Duration?) {
        state.calmAnswers = 0
        state.width = max(1, state.width / 2)
        state.spacing = min(max(state.spacing * 2, .milliseconds(50)), .seconds(5))
        let pause = min(hint ?? .seconds(1), Self.longestPause)
        state.nextStart = max(state.nextStart, ContinuousClock.now.advanced(by: pause))
    }

    private func recover(_ state: inout State) {
        guard state.width < widest || state.spacing > narrowestSpacing else { return }
        state.calmAnswers += 1
        guard state.calmAnswers >= Self.calmBeforeRecovery else { return }
        state.calmAnswers = 0
        state.width = min(widest, state.width + max(1, state.width / 2))
        state.spacing = max(narrowestSpacing, state.spacing / 2)
        // Halving never comes to zero by itself.
        if state.spacing < .milliseconds(10) { state.spacing = narrowestSpacing }
    }
}
