internal import Glibc

/// A moment as whole microseconds since 1970-01-01T00:00:00Z, PostgreSQL's own resolution.
///
/// Written as ISO-8601 in UTC, `2026-11-23T13:28:15.000001Z`, the fraction left out when it is zero.
public struct Timestamp: Sendable, Hashable, Comparable {
    public let microseconds: Int64

    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The wall clock of this machine. What the database stores is the database's own `now()`.
    public static var now: Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000)
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// Stops at the ends of what 64 bits can tell.
    public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflowed) = moment.microseconds.addingReportingOverflow(duration.clampedMicroseconds)
        guard overflowed else { return Timestamp(microseconds: sum) }
        return Timestamp(microseconds: duration < .zero ? .min : .max)
    }

    public static func - (moment: Timestamp, duration: Duration) -> Timestamp {
        let step = duration.clampedMicroseconds
        let (difference, overflowed) = moment.microseconds.subtractingReportingOverflow(step)
        guard overflowed else { return Timestamp(microseconds: difference) }
        return Timestamp(microseconds: duration < .zero ? .max : .min)
    }

    /// How long after `earlier` this moment is; negative when it is before.
    public func since(_ earlier: Timestamp) -> Duration {
        let (difference, overflowed) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        guard overflowed else { return .microseconds(difference) }
        return .microseconds(microseconds < earlier.microseconds ? Int64.min : Int64.max)
    }
}

extension Duration {
    /// Whole microseconds towards zero, stopping at the ends of 64 bits.
    public var clampedMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflowed { return seconds < 0 ? .min : .max }
        let (sum, tooFar) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return tooFar ? (seconds < 0 ? .min : .max) : sum
    }
}
