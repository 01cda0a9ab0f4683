import Batch
import FoundationEssentials
import Postgres
import Providers
import System

/// A provider's guard, and what releasing it may cost.
struct ApproveStake: Sendable, Equatable {
    let provider: Provider
    /// The run that tripped it; nil while it is not tripped.
    let runID: UUID?
    let trippedAt: Timestamp?
    let approvedUntil: Timestamp?
    let looked: Int
    let refused: Int
    let threshold: Int
    /// Keys whose refusal is held back: asked again at once after an approval.
    let held: Int
    /// Keys with one strike from before.
    let struck: Int

    /// Exactly these words release the guard: they say the most that can come of it.
    var phrase: ApprovePhrase { ApprovePhrase(keyCount: held &+ struck, provider: provider) }

    static func all(_ transaction: borrowing Transaction) throws(PostgresError) -> [ApproveStake] {
        let rows = try transaction.query(Statement("approve_stakes", sql: PackageResources.approve_stakes_sql))
        var stakes: [ApproveStake] = []
        for row in rows {
            guard let provider = Provider(rawValue: try row.text("provider")) else { continue }
            stakes.append(try ApproveStake(provider, row))
        }
        return stakes
    }
}

extension ApproveStake {
    private init(_ provider: Provider, _ row: Row) throws(PostgresError) {
        self.provider = provider
        runID = try row.bool("tripped") ? row.uuid("run_id") : nil
        trippedAt = try row.optionalTimestamp("tripped_at")
        approvedUntil = try row.optionalTimestamp("approved_until")
        looked = try row.int("looked")
        refused = try row.int("refused")
        threshold = try row.int("threshold")
        held = try row.int("held")
        struck = try row.int("struck")
    }
}

/// What an operator types to release a guard.
struct ApprovePhrase: Loggable, Equatable, CustomStringConvertible {
    let keyCount: Int
    let provider: Provider

    var description: String { "disable up to \(keyCount) \(provider.rawValue) \(keyCount == 1 ? "key" : "keys")" }
    var logged: LogValue { .text(description) }
}

/// The line that releases a guard, ready to be pasted but for the reason.
struct ApproveCommand: Loggable, Equatable, CustomStringConvertible {
    let runID: UUID
    let phrase: ApprovePhrase

    var description: String {
        """
        revalidate approve --run \(runID.uuidString.lowercased()) --provider \(phrase.provider.rawValue) \
        --reason "…" --confirm "\(phrase)"
        """
    }
    var logged: LogValue { .text(description) }
}
