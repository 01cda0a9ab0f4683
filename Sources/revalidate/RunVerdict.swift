import Batch
import Providers

/// Which exit statuses a finished run has earned, and the line that says so.
struct RunVerdict {
    let outcomes: [Outcome]
    let message: LogMessage?
    let next: LogMessage?
    private let guarded: [Provider]
    private let overdueCount: Int

    init(_ summary: RunSummary, _ ledger: Ledger.Contents, _ stop: StopReason?, _ guards: GuardStates) {
        guarded = summary.providers.map(\.provider).filter(guards.tripped.contains)
        overdueCount = summary.overdueCount
        let isDeaf = ledger.answered.isEmpty && !ledger.requests.isEmpty && stop == nil
        let quarantined = summary.total(of: .quarantined)
        var found: [(Outcome, LogMessage, next: LogMessage?)] = []
        if let books = summary.books, !books.isBalanced {
            found.append((.broken, "the books do not balance: process and database count differently", nil))
        }
        if ledger.unknownVersions > 0 {
            found.append(
                (
                    .misconfigured, "\(ledger.unknownVersions) keys came up under a master key that is not configured",
                    "add it to BYOK_MASTER_KEYS"
                ))
        }
        if quarantined > 0 {
            found.append((.quarantined(quarantined), "\(quarantined) rows were quarantined", "see byok keys list"))
        }
        if !guarded.isEmpty {
            found.append(
                (
                    .guardTripped, "the guard against mass refusals holds \(guarded.count) providers back",
                    "revalidate status, then revalidate approve or leave it"
                ))
        }
        if isDeaf {
            found.append((.unavailable, "no provider answered", "run again later"))
        } else if !ledger.unfinished.isEmpty {
            found.append((.incomplete, "\(ledger.unfinished.count) providers were not decided", "see the log"))
        }
        if overdueCount > 0, stop == nil, !isDeaf {
            found.append(
                (
                    .findings, "\(overdueCount) keys were not settled for more than 7 days", "see revalidate status"
                ))
        }
        if let stop, stop == .leaseLost {
            found.append((.leaseHeld, "another run has taken the lease over", "run again when it has ended"))
        } else if let stop {
            found.append((.stopped, "stopped (\(stop))", "run revalidate again: it goes on with what is still due"))
        }
        outcomes = found.isEmpty ? [.done] : found.map(\.0)
        let weightiest = Outcome.first(of: outcomes)
        let told = found.first { $0.0 == weightiest }
        message = told?.1
        next = told?.next
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
