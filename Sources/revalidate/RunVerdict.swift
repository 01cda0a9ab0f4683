import Batch
import Providers

/// Which exit statuses a finished run has earned, and the line that says so.
struct RunVerdict {
    let outcomes: [Outcome]
    let message: LogMessage?
    let next: LogMessage?
    private let guarded: [Provider]
    private let overdueCount: Int

    init(_ summary: RunSummary, _ ledger: Ledger.Contents, _ stop: StopReason?, _ guards: GuardStates, skipped: Int) {
        guarded = summary.providers.map(\.provider).filter(guards.tripped.contains)
        overdueCount = summary.overdueCount
        let isDeaf = ledger.isDeaf && stop == nil
        var found = Self.faults(summary, ledger)
        if !guarded.isEmpty {
            found.append(
                Finding(
                    .guardTripped, "the guard against mass refusals holds \(guarded.count) providers back",
                    next: "revalidate status, then revalidate approve or leave it"))
        }
        if isDeaf {
            found.append(
                Finding(
                    .unavailable, "no provider answered",
                    next: "byok doctor --for revalidate --network looks from here; then run again"))
        } else if !ledger.unfinished.isEmpty {
            found.append(
                Finding(.incomplete, "\(ledger.unfinished.count) providers were not decided", next: "see the log"))
        }
        // Whatever the reason may be: a key that was passed over in silence must not end in 0.
        if skipped > 0, stop == nil, !isDeaf {
            found.append(Finding(.incomplete, "\(skipped) due keys were not settled", next: "run again"))
        }
        if overdueCount > 0, stop == nil, !isDeaf {
            found.append(
                Finding(
                    .findings, "\(overdueCount) keys were not settled for more than 7 days",
                    next: "see revalidate status"))
        }
        if let stop { found.append(Self.ending(stop)) }
        outcomes = found.isEmpty ? [.done] : found.map(\.outcome)
        let weightiest = Outcome.first(of: outcomes)
        let told = found.first { $0.outcome == weightiest }
        message = told?.message
        next = told?.next
    }

    /// What no later run can mend by itself.
    private static func faults(_ summary: RunSummary, _ ledger: Ledger.Contents) -> [Finding] {
        var found: [Finding] = []
        if let books = summary.books, !books.isBalanced {
            found.append(Finding(.broken, "the books do not balance: process and database count differently"))
        }
        if ledger.unknownVersions > 0 {
            found.append(
                Finding(
                    .misconfigured, "\(ledger.unknownVersions) keys came up under a master key that is not configured",
                    next: "add it to BYOK_MASTER_KEYS"))
        }
        let quarantined = summary.total(of: .quarantined)
        if quarantined > 0 {
            found.append(
                Finding(
                    .quarantined(quarantined), "\(quarantined) rows were quarantined", next: "see byok keys list"))
        }
        return found
    }

    private static func ending(_ stop: StopReason) -> Finding {
        guard stop != .leaseLost else {
            return Finding(.leaseHeld, "another run has taken the lease over", next: "run again when it has ended")
        }
        return Finding(
            .stopped, "ended early (\(stop))", next: "run revalidate again: it goes on with what is still due")
    }

    /// One line each for what a person should know and the exit status may hide.
    func tell(_ log: Log) {
        for provider in guarded {
            log.warning(
                "guard_tripped",
                "\(provider, as: "provider"): too many refusals in 24 hours, so no strike counts until approved")
        }
        if overdueCount > 0 { log.warning("overdue", "\(overdueCount, as: "keys") keys are overdue") }
    }
}

private struct Finding {
    let outcome: Outcome
    let message: LogMessage
    let next: LogMessage?

    init(_ outcome: Outcome, _ message: LogMessage, next: LogMessage? = nil) {
        self.outcome = outcome
        self.message = message
        self.next = next
    }
}
