import System

/// Waits between attempts: exponential, fully jittered, within one budget.
struct Backoff {
    private let deadline: Deadline
    private var ceiling: Int64 = 100

    init(budget: Duration) { deadline = Deadline(after: budget) }

    var remaining: Duration { deadline.remaining }

    /// False when the budget is spent or the task cancelled: then give up.
    mutating func wait() -> Bool {
        let pause = Deadline(after: min(.milliseconds(Int64.random(in: 10...ceiling)), deadline.remaining))
        ceiling = min(ceiling &* 2, 5000)
        while !pause.hasPassed {
            if Task.isCancelled { return false }
            SocketWait.sleep(milliseconds: min(pause.remainingMilliseconds, SocketWait.slice))
        }
        return !deadline.hasPassed
    }
}
