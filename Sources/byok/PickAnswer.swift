import Batch
import FoundationEssentials
import Postgres
import System

/// One of a user's keys, and where it stands in the choice.
struct PickedKey: Sendable {
    /// 1 is the one that is used; nil for a key that cannot be.
    let place: Int?
    let id: UUID
    let provider: String
    let prefix: String
    let label: String
    let status: String
    let creditsList: String?
    let creditsOwnKey: String?
    let reason: String?
    let whyNot: String?

    init(_ row: Row) throws(PostgresError) {
        place = try row.optionalInt("place")
        id = try row.uuid("id")
        provider = try row.text("provider")
        prefix = try row.text("key_prefix")
        label = try row.text("label")
        status = try row.text("status")
        creditsList = try row.optionalText("credits_list")
        creditsOwnKey = try row.optionalText("credits_own_key")
        reason = try row.optionalText("reason")
        whyNot = try row.optionalText("why_not")
    }

    var json: JSONText.Value {
        .object([
            ("place", place.map { .integer(Int64($0)) } ?? .null), ("key_id", .string(id.uuidString.lowercased())),
            ("provider", .string(provider)), ("prefix", .string(prefix)), ("label", .string(label)),
            ("status", .string(status)), ("credits_list", text(creditsList)),
            ("credits_own_key", text(creditsOwnKey)), ("reason", text(reason)), ("why_not", text(whyNot)),
        ])
    }

    var line: String {
        let name = "\(id.uuidString.lowercased())  \(provider)  \(prefix)…  \(label.isEmpty ? "-" : quoted)"
        return "\(name)  \(whyNot ?? reason ?? status)"
    }

    /// A label is the user's own words: on its line it must not look like ours.
    private var quoted: String { "\"" + label.split(whereSeparator: \.isNewline).joined(separator: " ") + "\"" }

    private func text(_ value: String?) -> JSONText.Value { value.map { .string($0) } ?? .null }
}

/// What `byok pick` says: the key, or the plan and why.
struct PickAnswer: Sendable {
    let task: String
    let keys: [PickedKey]

    var chosen: PickedKey? { keys.first { $0.place == 1 } }

    /// Why no key is used; nil when one is.
    var whyPlan: String? {
        guard chosen == nil else { return nil }
        if keys.isEmpty { return "the user has no key" }
        let reasons = Set(keys.compactMap(\.whyNot))
        if reasons.count == 1, let reason = reasons.first { return "every key: \(reason)" }
        if keys.allSatisfy({ $0.status == "disabled" }) { return "every key is disabled" }
        return "none of the user's \(keys.count) keys may be used for this task"
    }

    var reply: Reply { Reply(text, details: [("pick", json)]) }

    private var text: String {
        var lines: [String] = []
        if let chosen {
            let (list, own) = (chosen.creditsList ?? "unknown", chosen.creditsOwnKey ?? "unknown")
            lines += ["own key  \(chosen.line)", "credits  list \(list), own key \(own)"]
        } else {
            lines.append("plan  \(whyPlan ?? "")")
        }
        lines += keys.filter { $0.place != 1 }.map { "not      \($0.line)" }
        return lines.map { $0 + "\n" }.joined()
    }

    private var json: JSONText.Value {
        .object([
            ("task", .string(task)), ("mode", .string(chosen == nil ? "plan" : "own_key")),
            ("why", whyPlan.map { .string($0) } ?? .null), ("key", chosen?.json ?? .null),
            ("others", .array(keys.filter { $0.place != 1 }.map(\.json))),
        ])
    }
}
