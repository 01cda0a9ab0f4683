import Batch
import Providers
import System

extension ExplainedKey {
    var details: [(String, JSONText.Value)] {
        [
            ("at", .moment(at)), ("key_id", .id(keyID)), ("key", present?.json ?? .null),
            ("rule", rule.map { .object([("name", .string($0.name)), ("why", .string($0.why))]) } ?? .null),
            ("next", .array(next.map { .string($0) })), ("paused", .bool(isPaused)),
            ("guard", stake?.json ?? .null), ("looks", .array(looks.map(\.json))),
            ("events", .array(events.map(\.json))), ("mails", .array(mails.map(\.json))),
        ]
    }
}

extension ExplainedKey.Present {
    fileprivate var json: JSONText.Value {
        .object([
            ("user_id", .id(userID)), ("provider", .string(provider.rawValue)), ("label", .string(label)),
            ("key_prefix", .string(prefix)), ("key_revision", .count(revision)), ("status", .string(status)),
            ("disabled_reason", .text(disabledReason)), ("disabled_at", .moment(disabledAt)),
            ("disabled_by_run", .id(disabledByRun)), ("last_verdict", .text(lastVerdict)),
            ("last_checked_at", .moment(lastCheckedAt)), ("next_check_at", .moment(nextCheckAt)),
            ("first_refused_at", .moment(firstRefusedAt)), ("held_since", .moment(heldSince)),
            ("quarantined_at", .moment(quarantinedAt)), ("quarantine_reason", .text(quarantineReason)),
            ("created_at", .moment(createdAt)),
        ])
    }
}

extension ExplainedKey.Look {
    fileprivate var json: JSONText.Value {
        .object([
            ("at", .moment(at)), ("run_id", .id(runID)), ("key_revision", .count(revision)),
            ("verdict", .text(verdict)), ("outcome", .string(outcome)),
            ("http_status", httpStatus.map { .count($0) } ?? .null), ("code", .text(code)),
            ("request_id", .text(requestID)), ("latency_ms", latency.map { .count($0) } ?? .null),
        ])
    }
}

extension ExplainedKey.Event {
    fileprivate var json: JSONText.Value {
        .object([
            ("at", .moment(at)), ("event", .string(name)), ("run_id", .id(runID)), ("reason", .text(reason)),
        ])
    }
}

extension ExplainedKey.Mail {
    fileprivate var json: JSONText.Value {
        .object([
            ("id", .id(id)), ("kind", .string(kind)), ("state", .string(state)), ("not_before", .moment(notBefore)),
            ("sent_at", .moment(sentAt)), ("run_id", .id(runID)),
        ])
    }
}
