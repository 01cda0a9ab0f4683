internal import Synchronization
internal import System

public enum StopReason: String, Sendable, CaseIterable, Loggable {
    case signal
    case maxDuration = "max_duration"
    case leaseLost = "lease_lost"
}

/// Asked between batches: whether the work should end now, in a state from which the next run goes on.
public struct StopCondition: Sendable {
    private let deadline: Deadline?
    private let lostLease: LostLease

    public init(maxDuration: Duration? = nil) {
        deadline = maxDuration.map(Deadline.init(after:))
        lostLease = LostLease()
    }

    public var reason: StopReason? {
        if lostLease.isMarked { return .leaseLost }
        if StopSignal.requested { return .signal }
        return deadline?.hasPassed == true ? .maxDuration : nil
    }

    public var isMet: Bool { reason != nil }

    /// Sleeps in short steps, so that a stop is noticed within a tenth of a second. False when it was cut short.
    @discardableResult
    public func sleep(for duration: Duration) async -> Bool {
        let end = Deadline(after: duration)
        while !end.hasPassed {
            if isMet || Task.isCancelled { return false }
            try? await Task.sleep(for: min(end.remaining, .milliseconds(100)))
        }
        return !isMet
    }

    /// Another process has taken over: nothing more may be written.
    func markLeaseLost() { lostLease.mark() }
}

private final class LostLease: Sendable {
    private let marked = Atomic<Bool>(false)
    var isMarked: Bool { marked.load(ordering: .acquiring) }
    func mark() { marked.store(true, ordering: .releasing) }
}
