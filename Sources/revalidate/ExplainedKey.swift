import FoundationEssentials
import Postgres
import Providers
import System

/// Everything on record about one key, but the key.
struct ExplainedKey: Sendable {
    /// The row as it is now.
    struct Present: Sendable {
        let userID: UUID
        let provider: Provider
        let label: String
        /// The first four characters, all that may be shown.
        let prefix: String
        let revision: Int
        let status: String
        let disabledReason: String?
        let disabledAt: Timestamp?
        let disabledByRun: UUID?
        let lastVerdict: String?
        let lastCheckedAt: Timestamp?
        let nextCheckAt: Timestamp?
        let firstRefusedAt: Timestamp?
        let quarantinedAt: Timestamp?
        let quarantineReason: String?
        let heldSince: Timestamp?
        let createdAt: Timestamp
    }

    struct Look: Sendable {
        let at: Timestamp
        let runID: UUID
        let provider: Provider?
        let revision: Int
        /// Nil where no provider was asked.
        let verdict: String?
        let outcome: String
        let httpStatus: Int?
        let code: String?
        let requestID: String?
        let latency: Int?
    }

    struct Event: Sendable {
        let at: Timestamp
        let name: String
        let runID: UUID?
        let reason: String?
    }

    struct Mail: Sendable {
        let id: UUID
        let kind: String
        let state: String
        let notBefore: Timestamp
        let sentAt: Timestamp?
        let runID: UUID?
    }

    let keyID: UUID
    let at: Timestamp
    /// Nil when it was deleted.
    let present: Present?
    /// Newest first, at most ten.
    let looks: [Look]
    /// Newest first, at most twenty.
    let events: [Event]
    let mails: [Mail]
    /// Of its provider; nil when the key is gone.
    let stake: ApproveStake?
    let isPaused: Bool
    /// By a pause of all jobs.
    let isPausedWithAll: Bool

    /// Of the revision that is stored now: an answer to an older key says nothing about this one.
    var lastAnswer: Look? { looks.first { $0.verdict != nil && $0.revision == present?.revision } }
}
