internal import Glibc

/// A moment on the monotonic clock by which something must be done; setting the wall clock does not move it.
public struct Deadline: Sendable {
    private let instant: ContinuousClock.Instant

    public init(after duration: Duration) {
        instant = ContinuousClock.now.advanced(by: duration)
    }

    /// Never negative.
    public var remaining: Duration {
        max(.zero, ContinuousClock.now.duration(to: instant))
    }

    public var hasPassed: Bool {
        remaining == .zero
    }

    /// For `poll`, rounded up, so that a wait does not spin through its last millisecond.
    public var remainingMilliseconds: Int32 {
        Int32(clamping: (remaining.clampedMicroseconds &+ 999) / 1000)
    }
}
