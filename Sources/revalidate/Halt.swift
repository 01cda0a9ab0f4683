import Batch
import Synchronization
import System

/// Why no lane takes another key: somebody asked the run to stop, or it cannot go on.
final class Halt: Sendable {
    private let stop: StopCondition
    private let broken = Mutex<JobFailure?>(nil)
    /// Read before every key, so not behind the lock.
    private let isBroken = Atomic<Bool>(false)

    init(_ stop: StopCondition) { self.stop = stop }

    var isMet: Bool { cannotGoOn || stop.isMet }
    var cannotGoOn: Bool { isBroken.load(ordering: .acquiring) }
    var stopReason: StopReason? { stop.reason }
    var failure: JobFailure? { broken.withLock { $0 } }

    /// The first failure is the one that is told.
    func fail(_ failure: JobFailure) {
        note(failure)
        isBroken.store(true, ordering: .releasing)
    }

    /// A failure that decides how the run ends, and does not keep it from its other keys.
    func note(_ failure: JobFailure) { broken.withLock { if $0 == nil { $0 = failure } } }

    /// In short steps; false when it was cut short.
    @discardableResult
    func sleep(for duration: Duration) async -> Bool {
        let end = Deadline(after: duration)
        while !end.hasPassed {
            if isMet || Task.isCancelled { return false }
            try? await Task.sleep(for: min(end.remaining, .milliseconds(50)))
        }
        return !isMet
    }
}
