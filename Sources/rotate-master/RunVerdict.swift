import Batch
import Rotation
import Vault

/// Which exit statuses a run has earned, and the line that says so.
struct RunVerdict {
    let outcomes: [Outcome]
    let message: LogMessage?
    let next: LogMessage?
    /// Nil where it came to its own end.
    let endedEarly: String?

    private typealias Finding = (outcome: Outcome, message: LogMessage, next: LogMessage?)

    init(_ ending: Course.Ending, _ counts: SweepCounts, _ failure: RotationError?, _ stop: StopReason?) {
        var found: [Finding] = []
        if let failure = failure.map({ JobFailure($0) }) {
            found.append((failure.outcome, failure.message, failure.next))
        }
        // Whatever else went wrong: it may be what hides a row that nobody settled.
        if counts.taken != counts.settled {
            let broken = JobFailure(.booksDoNotBalance(taken: counts.taken, settled: counts.settled))
            found.append((broken.outcome, broken.message, broken.next))
        }
        if counts.quarantined > 0 {
            found.append(
                (
                    .quarantined(counts.quarantined), "\(counts.quarantined) rows do not open and were quarantined",
                    "see byok keys list; their sealed bytes are as they were"
                ))
        }
        if case .halted = ending, failure == nil { found.append(Self.stopped(stop)) }
        outcomes = found.isEmpty ? [.done] : found.map(\.outcome)
        let weightiest = Outcome.first(of: outcomes)
        let told = found.first { $0.outcome == weightiest } ?? Self.done(ending)
        // Rows set aside weigh more than the end before the end, and must not hide it.
        if case .halted = ending, case .quarantined = weightiest,
            let end = found.first(where: { $0.outcome != weightiest })
        {
            message = "\(end.message); before that \(told.message)"
            next = "\(end.next ?? Self.resume); then see byok keys list"
        } else {
            (message, next) = (told.message, told.next)
        }
        endedEarly = failure.map { JobFailure($0).outcome.name.description } ?? (stop.map(\.rawValue))
    }

    private static func done(_ ending: Course.Ending) -> Finding {
        switch ending {
        case .proved(let state):
            (
                .done, "every key is under master key \(state.target.rawValue), and the database has proved it",
                "rotate-master verify"
            )
        case .partSwept:
            (.done, "this part is moved; another one is not yet", "the last one of the others raises the fence")
        case .halted: stopped(nil)
        }
    }

    private static let resume: LogMessage = "rotate-master run: it goes on where it ended"

    private static func stopped(_ stop: StopReason?) -> Finding {
        guard let stop else { return (.incomplete, "the sweep is not over", resume) }
        guard stop != .leaseLost else {
            return (.leaseHeld, "another run has taken the lease over", "nothing: it goes on where this one ended")
        }
        return (.stopped, "ended early (\(stop))", resume)
    }
}
