import Batch
import Reports

/// Which exit statuses a run has earned, and the line that says so.
struct SavingsVerdict {
    private let page: SavingsPage
    private let outcomes: [(outcome: Outcome, message: LogMessage, next: LogMessage?)]

    init(_ page: SavingsPage, _ settings: SavingsSettings) {
        self.page = page
        var found: [(Outcome, LogMessage, LogMessage?)] = []
        if page.doSumsDiffer {
            found.append((.broken, "the sums differ: users, analyses and ledger", "see the tie-out in the report"))
        } else if page.isBroken {
            found.append(
                (.broken, "analyses were not booked once at their charge", "see the charges named in the report"))
        }
        let irregular = page.reading.irregularRows
        if irregular > 0 {
            found.append(
                (
                    .quarantined(irregular),
                    "\(irregular, as: "rows") rows have numbers that are missing or cannot be right",
                    "see the rows set aside in the report"
                ))
        }
        if page.withoutAnalysis > 0 {
            found.append(
                (
                    .incomplete, "\(page.withoutAnalysis, as: "entries") bookings belong to no analysis",
                    "see whether their users were deleted"
                ))
        }
        let failing = page.claimVerdicts.count { $0.status == .fail }
        if settings.failsOnClaim, failing > 0 {
            found.append((.claim, "\(failing, as: "claims") claims do not hold", "see the claims in the report"))
        }
        let undecided = page.claimVerdicts.count { $0.status == .notDecided }
        if settings.failsOnClaim, undecided > 0 {
            found.append(
                (
                    .incomplete, "\(undecided, as: "claims") claims could not be decided",
                    "see the claims in the report: a price or the analyses are missing"
                ))
        }
        outcomes = found
    }

    var outcome: Outcome { .first(of: outcomes.map(\.outcome) + [.done]) }

    /// A report that lies in its folder was written, listed or not.
    func conclusion(report: String?, indexFailure: ReportsError? = nil) -> Conclusion {
        let tally = page.reading.tally
        let failure = indexFailure.map { JobFailure($0) }
        let told = outcomes.first { $0.outcome == outcome }
        let all = outcomes.map(\.outcome) + (failure.map { [$0.outcome] } ?? [])
        return Conclusion(
            all.isEmpty ? [.done] : all,
            counts: [
                .init("users", tally.users), .init("analyses", tally.count(.analyses)),
                .init("own_key", tally.count(.ownKey)), .init("fallback", tally.count(.fallback)),
                .init("plan", tally.count(.plan)), .init("irregular", page.reading.irregularRows),
            ],
            report: report, summary: told?.message ?? failure?.message, next: told?.next ?? failure?.next)
    }
}
