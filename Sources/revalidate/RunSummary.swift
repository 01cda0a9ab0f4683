import FoundationEssentials
import Providers
import System

/// Everything that a run of `revalidate` can tell: what the report, the run record and the log are made of.
struct RunSummary: Sendable {
    struct DisabledKey: Sendable, Equatable {
        let keyID: UUID
        let userID: UUID
        let provider: Provider
        /// The user's own words.
        let label: String
        /// The provider's code, or `refused` where it gave none.
        let reason: String
        let httpStatus: Int?
        let firstRefusedAt: Timestamp?
        let disabledAt: Timestamp
    }

    /// How often a key was opened, and what for. One opening may serve both.
    struct Decryptions: Sendable, Equatable {
        var revalidate = 0
        var fingerprint = 0
    }

    /// Of the keys disabled by a run, at most so many are listed; all are counted.
    static let longestDisabledList = 10_000

    let runID: UUID
    /// The database's clock.
    let startedAt: Timestamp
    let finishedAt: Timestamp
    let isDryRun: Bool
    /// Why it ended before its end, such as `signal`; nil where it did not.
    let stopReason: String?
    /// In the order of `Provider.allCases`; those left out by `--provider` are not there.
    let providers: [ProviderSummary]
    let disabled: [DisabledKey]
    let disabledCount: Int
    /// Keys due that nobody could settle for more than seven days; counted after the run.
    let overdueCount: Int
    let decryptions: Decryptions
    /// Nil for a dry run, which records nothing to compare with.
    let books: TieOut?
    let calendar: RunCalendar

    func total(of outcome: KeyOutcome) -> Int { providers.reduce(0) { $0 + ($1.outcomes[outcome] ?? 0) } }
}
