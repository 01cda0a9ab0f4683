import Providers
import Reports
import System

extension RevalidationReport {
    /// Three-valued; what cannot be told is not decided, and that never counts as a pass.
    static func checks(_ summary: RunSummary) -> [Check] {
        [
            books(summary), decided(summary), guards(summary), controlGroups(summary), overdue(summary),
            missedHours(summary.calendar), openings(summary),
        ].compactMap { $0 }
    }

    private static func books(_ summary: RunSummary) -> Check {
        let name = "The books balance"
        guard let books = summary.books else {
            return Check(name, .notDecided, detail: "a dry run records nothing to compare with")
        }
        let wrong = books.lines.filter { $0.inProcess != $0.inDatabase }.map(\.outcome.rawValue)
        return wrong.isEmpty
            ? Check(
                name, .pass,
                detail: "\(summary.takenUpCount) keys taken up, each outcome counted alike by process and database")
            : Check(name, .fail, detail: "process and database differ on " + wrong.joined(separator: ", "))
    }

    private static func decided(_ summary: RunSummary) -> Check {
        let open = names(summary) { $0.notDecidedReason != nil }
        let name = "Every provider was decided"
        return open.isEmpty
            ? Check(name, .pass, detail: "\(summary.providers.count) providers")
            : Check(name, .notDecided, detail: open + "; see Not decided")
    }

    private static func guards(_ summary: RunSummary) -> Check {
        let name = "No guard against mass refusals is tripped"
        let tripped = names(summary) { $0.guardState?.isTripped == true }
        if !tripped.isEmpty {
            return Check(
                name, .fail, detail: "\(tripped): nothing of it is disabled until a person decides (revalidate status)")
        }
        let unknown = names(summary) { $0.guardState == nil }
        if !unknown.isEmpty { return Check(name, .notDecided, detail: "not known for \(unknown)") }
        let released = names(summary) { $0.guardState?.approvedUntil != nil }
        return Check(name, .pass, detail: released.isEmpty ? "" : "released by a person for \(released)")
    }

    /// None where no canary is configured: what nobody set up is no finding of every hour.
    private static func controlGroups(_ summary: RunSummary) -> Check? {
        let configured = summary.providers.filter { $0.controlGroup != .notConfigured }
        if configured.isEmpty { return nil }
        let name = "Our own canaries pass, and made-up keys are refused"
        let failed = names(summary) { $0.controlGroup == .fail }
        if !failed.isEmpty { return Check(name, .fail, detail: "\(failed): refusals there did not count") }
        let open = names(summary) { $0.controlGroup == .notDecided }
        if !open.isEmpty { return Check(name, .notDecided, detail: open) }
        return Check(name, .pass, detail: names(summary) { $0.controlGroup == .pass })
    }

    private static func overdue(_ summary: RunSummary) -> Check {
        Check(
            "No key went more than 7 days without a settled look", summary.overdueCount == 0 ? .pass : .fail,
            detail: summary.overdueCount == 0 ? "" : "\(summary.overdueCount) keys")
    }

    /// Whatever was answered about a key, the key was opened for.
    private static func openings(_ summary: RunSummary) -> Check {
        let answered: [KeyOutcome] = [
            .valid, .restricted, .exhausted, .suspected, .disabled, .held, .transient, .unknown,
        ]
        let needed = answered.reduce(0) { $0 &+ summary.total(of: $1) }
        let counted = summary.decryptions.revalidate
        return Check(
            "Every decryption was counted", counted >= needed ? .pass : .fail,
            detail: "\(counted) openings for \(needed) keys asked about")
    }

    private static func names(_ summary: RunSummary, _ isMeant: (ProviderSummary) -> Bool) -> String {
        summary.providers.filter(isMeant).map(\.provider.rawValue).joined(separator: ", ")
    }
}
