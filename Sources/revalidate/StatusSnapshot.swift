import FoundationEssentials
import Postgres
import System

/// Where revalidation stands, at one moment of the database.
struct StatusSnapshot: Sendable {
    struct PastRun: Sendable {
        let runID: UUID
        let shard: String
        let startedAt: Timestamp
        /// Nil while it goes on, or when it died.
        let finishedAt: Timestamp?
        let exitStatus: Int?
        /// Sorted by name; those that are zero left out.
        let counts: [(name: String, value: Int)]
    }

    struct LeaseHolder: Sendable {
        let shard: String
        let holder: String
        let acquiredAt: Timestamp
        let until: Timestamp
        let isLive: Bool
    }

    struct Pause: Sendable {
        let at: Timestamp
        let by: String
        let reason: String
        /// The job is `*`.
        let ofAllJobs: Bool
    }

    struct Backlog: Sendable {
        let due: Int
        let overdue: Int
        let nextDueAt: Timestamp?
        /// Status, or `quarantined`, and how many keys.
        let keys: [(name: String, count: Int)]
    }

    struct Suspect: Sendable {
        let keyID: UUID
        let provider: String
        let label: String
        let firstRefusedAt: Timestamp
        /// When it is asked again: at the end of its gap, unless somebody made it due earlier. Refused after the gap,
        /// it is disabled.
        let decidedAt: Timestamp?
        let isHeld: Bool
    }

    struct Mails: Sendable {
        let state: String
        let count: Int
        /// Of these, how many wait for their time; it is the operator's time to undo.
        let waiting: Int
        let nextAt: Timestamp?
    }

    let at: Timestamp
    let runs: [PastRun]
    let leases: [LeaseHolder]
    let pause: Pause?
    let backlog: Backlog
    let stakes: [ApproveStake]
    /// The first twenty.
    let suspects: [Suspect]
    let suspectCount: Int
    let mails: [Mails]
}
