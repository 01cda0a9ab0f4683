import Batch
import Rotation

/// Which exit statuses a run has earned, and the line that says so.
struct RunVerdict {
    let outcomes: [Outcome]
    let message: LogMessage?
    let next: LogMessage?
    /// Nil where it came to its own end.
    let endedEarly: String?

    private typealias Finding = (outcome: Outcome, message: LogMessage, next: LogMessage?)

    init(
        _ ending: Course.Ending, _ counts: SweepCounts, _ aside: SetAside, _ failure: RotationError?,
        _ stop: StopReason?
    ) {
        var found: [Finding] = []
        if let failure = failure.map({ JobFailure($0) }) {
            found.append((failure.outcome, failure.message, failure.next))
        }
        // Whatever else went wrong: it may be what hides a row that nobody settled.
        if counts.taken != counts.settled {
            let broken = JobFailure(.booksDoNotBalance(taken: counts.taken, settled: counts.settled))
            found.append((broken.outcome, broken.message, broken.next))
        }
        if ending != .halted {
            found.append(Self.over(ending, aside))
        } else if failure == nil {
            found.append(Self.stopped(stop))
        }
        outcomes = found.map(\.outcome)
        let weightiest = Outcome.first(of: outcomes)
        let told = found.first { $0.outcome == weightiest }
        // They do not decide before the end: the next run goes on, and its end tells of all of them.
        let rows: LogMessage = ending == .halted && aside.count > 0 ? "; until then \(aside.rows)" : ""
        message = told.map { "\($0.message)\(rows)" }
        next = told?.next
        endedEarly = failure.map { JobFailure($0).outcome.name.description } ?? (stop.map(\.rawValue))
    }

    private static func over(_ ending: Course.Ending, _ aside: SetAside) -> Finding {
        let outcome: Outcome = aside.count > 0 ? .quarantined(aside.count) : .done
        let look: LogMessage = aside.count > 0 ? "look at the rows that the report lists; then " : ""
        guard case .proved(let target) = ending else {
            let rows: LogMessage = aside.count > 0 ? "; \(aside.rows)" : ""
            return (
                outcome, "this part is moved; another one is not yet\(rows)",
                "\(look)the last one of the others raises the fence"
            )
        }
        return (
            outcome, "\(aside.sentence(under: target)), and the database has proved it", "\(look)rotate-master verify"
        )
    }

    private static func stopped(_ stop: StopReason?) -> Finding {
        let resume: LogMessage = "rotate-master run: it goes on where it ended"
        guard let stop else { return (.incomplete, "the sweep is not over", resume) }
        guard stop != .leaseLost else {
            return (.leaseHeld, "another run has taken the lease over", "nothing: it goes on where this one ended")
        }
        return (.stopped, "ended early (\(stop))", resume)
    }
}

/// Rows that do not open, and stay under the key they name.
struct SetAside: Sendable, Equatable {
    /// Since the rotation began, by whichever of its runs: they decide how it ends.
    var count = 0
    /// With those that were set aside before, which are known.
    var all = 0

    var rows: LogMessage { "\(count) rows do not open and were set aside" }

    func sentence(under target: Int) -> LogMessage {
        let own: LogMessage = all > count && count > 0 ? ", \(count) of them since it began" : ""
        let but: LogMessage = all > 0 ? " but \(all), which do not open and are set aside\(own)," : ""
        return "every key\(but) is under master key \(target)"
    }
}
