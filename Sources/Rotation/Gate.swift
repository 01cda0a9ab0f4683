internal import Synchronization

/// Lets writers through, or holds them for as long as the sweep has to wait.
final class Gate: Sendable {
    private let reason = Mutex<WaitReason?>(nil)

    func set(_ new: WaitReason?) { reason.withLock { $0 = new } }

    /// False when the sweep ends while it is closed, or has ended.
    func pass(_ halt: SweepHalt, _ tally: Tally) async -> Bool {
        guard let closed = reason.withLock({ $0 }) else { return !halt.isMet }
        tally.change { $0.waitingFor = closed }
        while let still = reason.withLock({ $0 }) {
            tally.change { $0.waitingFor = still }
            guard await halt.sleep(for: .milliseconds(200)) else { return false }
        }
        tally.change { $0.waitingFor = nil }
        return !halt.isMet
    }
}
