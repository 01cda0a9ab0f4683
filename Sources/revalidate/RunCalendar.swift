import System

/// The hours of the last seven days, and which of them had a run.
struct RunCalendar: Sendable, Equatable {
    struct Slot: Sendable, Equatable {
        /// The full hour it begins with, UTC.
        let hour: Timestamp
        let runs: Int
        /// The largest exit status of the finished runs; nil where none finished.
        let worstExitStatus: Int?
    }

    /// Oldest first, the running hour last.
    let slots: [Slot]

    var expected: Int { slots.count }
    var done: Int { slots.count { $0.runs > 0 } }
    var missed: Int { expected - done }
}
