import FoundationEssentials
import Postgres
import Providers
import System

/// The statements of a run, each from its file.
enum Queries {
    static var installation: Statement { Statement("installation", sql: PackageResources.installation_sql) }

    static var visibleKeys: Statement { Statement("visible keys", sql: PackageResources.visible_keys_sql) }

    static func tellKeyHolder(_ versions: [Int]) -> Statement {
        Statement(
            "tell key holder", sql: PackageResources.tell_key_holder_sql, [.text("revalidate"), .ints(versions)],
            idempotent: true)
    }

    static func dueCounts(_ providers: [Provider], cutOff: Timestamp) -> Statement {
        Statement(
            "due counts", sql: PackageResources.due_counts_sql,
            [.texts(providers.map(\.rawValue)), .timestamp(cutOff)])
    }

    static func dueKeys(_ provider: Provider, cutOff: Timestamp, after: DueCursor, limit: Int, runID: UUID) -> Statement
    {
        Statement(
            "due keys", sql: PackageResources.due_keys_sql,
            [
                .text(provider.rawValue), .timestamp(cutOff), .timestamp(after.dueAt), .uuid(after.id), .int(limit),
                .uuid(runID),
            ])
    }

    static func dueRest(_ provider: Provider, cutOff: Timestamp, after: DueCursor) -> Statement {
        Statement(
            "due rest", sql: PackageResources.due_rest_sql,
            [.text(provider.rawValue), .timestamp(cutOff), .timestamp(after.dueAt), .uuid(after.id)])
    }

    /// The code with which `quarantine` refuses once so many rows do not open that it is not the rows' fault.
    static let tooManyUnreadable = "BK006"

    static func quarantine(_ key: DueKey, _ reason: String, _ pass: RunPass) -> Statement {
        Statement(
            "quarantine key", sql: PackageResources.quarantine_key_sql,
            [
                .text(pass.shard), .uuid(pass.token), .uuid(pass.runID), .uuid(key.id), .int(key.revision),
                .text(reason),
            ], idempotent: true)
    }

    static func lockedKeys(_ keyIDs: [UUID]) -> Statement {
        Statement("locked keys", sql: PackageResources.locked_keys_sql, [.uuids(keyIDs)], idempotent: true)
    }

    static func returnUnanswered(_ pass: RunPass) -> Statement {
        Statement(
            "return unanswered", sql: PackageResources.return_unanswered_sql,
            [.text(pass.shard), .uuid(pass.token), .uuid(pass.runID)], idempotent: true)
    }

    static func recordedOutcome(_ keyID: UUID, _ runID: UUID) -> Statement {
        Statement("recorded outcome", sql: PackageResources.recorded_outcome_sql, [.uuid(runID), .uuid(keyID)])
    }

    static func putFingerprints(_ fingerprints: [StoredFingerprint], scanKeyID: String) -> Statement {
        Statement(
            "put fingerprints", sql: PackageResources.put_fingerprints_sql,
            [
                .uuids(fingerprints.map(\.keyID)), .ints(fingerprints.map(\.revision)), .text(scanKeyID),
                .byteas(fingerprints.map(\.windows)),
            ], idempotent: true)
    }

    static func runBooks(_ runID: UUID) -> Statement {
        Statement("run books", sql: PackageResources.run_books_sql, [.uuid(runID)])
    }

    static var guardState: Statement { Statement("guard state", sql: PackageResources.guard_state_sql) }

    static func disabledKeys(by runID: UUID) -> Statement {
        Statement(
            "disabled keys", sql: PackageResources.disabled_keys_sql,
            [.uuid(runID), .int(RunSummary.longestDisabledList)])
    }

    static func overdueCount(
        _ providers: [Provider], recheckAfter: Duration, cutOff: Timestamp, runID: UUID
    ) -> Statement {
        Statement(
            "overdue count", sql: PackageResources.overdue_count_sql,
            [.texts(providers.map(\.rawValue)), .interval(recheckAfter), .timestamp(cutOff), .uuid(runID)])
    }

    static func calendar(at runID: UUID) -> Statement {
        Statement("calendar", sql: PackageResources.calendar_sql, [.uuid(runID)])
    }
}

/// What every write of a run shows: its id, and the token of the lease it holds.
struct RunPass: Sendable {
    let runID: UUID
    let shard: String
    let token: UUID
}
