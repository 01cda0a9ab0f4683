internal import Synchronization

/// Why a sweep takes up no more rows: somebody asked it to stop, or it cannot go on.
public final class SweepHalt: Sendable {
    private let isStopAsked: @Sendable () -> Bool
    private let broken = Mutex<RotationError?>(nil)
    private let isBroken = Atomic<Bool>(false)

    public init(_ isStopAsked: @escaping @Sendable () -> Bool) { self.isStopAsked = isStopAsked }

    public var isMet: Bool { isBroken.load(ordering: .acquiring) || isStopAsked() }
    public var failure: RotationError? { broken.withLock { $0 } }

    /// The first failure is the one that is told.
    public func fail(_ failure: RotationError) {
        broken.withLock { if $0 == nil { $0 = failure } }
        isBroken.store(true, ordering: .releasing)
    }

    /// In short steps; false when it was cut short.
    @discardableResult
    public func sleep(for duration: Duration) async -> Bool {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            if isMet { return false }
            try? await Task.sleep(for: min(ContinuousClock.now.duration(to: end), .milliseconds(50)))
        }
        return !isMet
    }
}
