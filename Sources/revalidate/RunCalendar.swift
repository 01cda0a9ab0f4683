import System

/// The hours of the last seven days, from the first recorded run on, and which of them had a run.
struct RunCalendar: Sendable, Equatable {
    struct Slot: Sendable, Equatable {
        /// The full hour it begins with, UTC.
        let hour: Timestamp
        /// Runs that began in it.
        let runs: Int
        /// Whether a run began in it, or an earlier one was still at work.
        let isServed: Bool
        /// The largest exit status of the finished runs that began in it; nil where none finished.
        let worstExitStatus: Int?
    }

    /// Oldest first. The running hour is there only when it is served: until it is over it is not missed.
    let slots: [Slot]

    init(slots: [Slot]) {
        self.slots = slots.last?.isServed == false ? slots.dropLast() : slots
    }

    var expected: Int { slots.count }
    var done: Int { slots.count { $0.isServed } }
    var missed: Int { expected - done }

    /// Hours in a row without a run: when they began and how many.
    var gaps: [(from: Timestamp, hours: Int)] {
        var gaps: [(from: Timestamp, hours: Int)] = []
        var wasMissed = false
        for slot in slots {
            if !slot.isServed, wasMissed {
                gaps[gaps.count - 1].hours &+= 1
            } else if !slot.isServed {
                gaps.append((slot.hour, 1))
            }
            wasMissed = !slot.isServed
        }
        return gaps
    }
}
