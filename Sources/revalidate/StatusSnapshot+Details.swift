import Batch
import Providers
import System

extension StatusSnapshot {
    /// The same for programs.
    var details: [(String, JSONText.Value)] {
        [
            ("at", .moment(at)), ("pause", pause.map(\.json) ?? .null), ("leases", .array(leases.map(\.json))),
            ("backlog", backlog.json), ("mails", .array(mails.map(\.json))), ("runs", .array(runs.map(\.json))),
            ("guards", .array(stakes.map(\.json))), ("suspected_count", .count(suspectCount)),
            ("suspected", .array(suspects.map(\.json))),
        ]
    }
}

extension StatusSnapshot.Pause {
    fileprivate var json: JSONText.Value {
        .object([
            ("since", .moment(at)), ("by", .string(by)), ("reason", .string(reason)),
            ("all_jobs", .bool(ofAllJobs)),
        ])
    }
}

extension StatusSnapshot.LeaseHolder {
    fileprivate var json: JSONText.Value {
        .object([
            ("shard", .string(shard)), ("holder", .string(holder)), ("since", .moment(acquiredAt)),
            ("until", .moment(until)), ("live", .bool(isLive)),
        ])
    }
}

extension StatusSnapshot.Backlog {
    fileprivate var json: JSONText.Value {
        .object([
            ("due", .count(due)), ("overdue", .count(overdue)), ("next_due_at", .moment(nextDueAt)),
            ("keys", .object(keys.map { ($0.name, .count($0.count)) })),
        ])
    }
}

extension StatusSnapshot.Mails {
    fileprivate var json: JSONText.Value {
        .object([
            ("state", .string(state)), ("count", .count(count)), ("waiting", .count(waiting)),
            ("next_at", .moment(nextAt)),
        ])
    }
}

extension StatusSnapshot.PastRun {
    fileprivate var json: JSONText.Value {
        .object([
            ("run_id", .id(runID)), ("shard", .string(shard)), ("started_at", .moment(startedAt)),
            ("finished_at", .moment(finishedAt)), ("exit", exitStatus.map { .count($0) } ?? .null),
            ("counts", .object(counts.map { ($0.name, .count($0.value)) })),
        ])
    }
}

extension StatusSnapshot.Suspect {
    fileprivate var json: JSONText.Value {
        .object([
            ("key_id", .id(keyID)), ("provider", .string(provider)), ("label", .string(label)),
            ("first_refused_at", .moment(firstRefusedAt)), ("decided_from", .moment(decidedAt)),
            ("held", .bool(isHeld)),
        ])
    }
}

extension ApproveStake {
    var json: JSONText.Value {
        .object([
            ("provider", .string(provider.rawValue)), ("tripped", .bool(runID != nil)), ("run_id", .id(runID)),
            ("tripped_at", .moment(trippedAt)), ("released_until", .moment(approvedUntil)), ("looked", .count(looked)),
            ("refused", .count(refused)), ("lets_pass", .count(threshold)), ("held", .count(held)),
            ("struck", .count(struck)), ("confirm", runID == nil ? .null : .string(phrase.description)),
            (
                "approve",
                runID.map { .string(ApproveCommand(runID: $0, phrase: phrase).description) } ?? .null
            ),
        ])
    }
}
