import FoundationEssentials
import Providers
import Reports
import System

extension RevalidationReport {
    static func providers(_ summary: RunSummary) -> Section {
        let bars = KeyOutcome.allCases.map { BarChart.Bar($0.rawValue, summary.total(of: $0)) }.filter { $0.count > 0 }
        return Section(
            "Providers",
            notes: [
                "Every key taken up ends in exactly one outcome. Only a refusal counts against a key, and only the second one disables it."
            ],
            tables: [outcomes(summary), answers(summary), guards(summary)],
            charts: bars.isEmpty ? [] : [BarChart("Outcomes of all providers", unit: "Keys", bars: bars)])
    }

    /// Providers across: they are fewer than outcomes, and the sheet is narrow.
    private static func outcomes(_ summary: RunSummary) -> Table {
        Table(
            "Keys by outcome and provider",
            columns: [Column("outcome", "Outcome")]
                + summary.providers.map { Column($0.provider.rawValue, $0.provider.rawValue, .count) }
                + [Column("all", "All", .count)],
            rows: KeyOutcome.allCases.map { outcome in
                [.text(outcome.rawValue)] + summary.providers.map { .count($0.outcomes[outcome] ?? 0) }
                    + [.count(summary.total(of: outcome))]
            },
            totals: [.text("taken up")] + summary.providers.map { .count($0.takenUp) }
                + [.count(summary.takenUpCount)])
    }

    private static func answers(_ summary: RunSummary) -> Table {
        Table(
            "Requests and answers",
            columns: [
                Column("provider", "Provider"), Column("due", "Keys due", .count),
                Column("requests", "Requests", .count),
                Column("retries", "Of these retries", .count), Column("latency_p50", "Median", .duration),
                Column("latency_p95", "95 %", .duration), Column("latency_max", "Longest", .duration),
                Column("control_group", "Control group", .status),
            ],
            rows: summary.providers.map { provider in
                [
                    .text(provider.provider.rawValue), .count(provider.due), .count(provider.requests),
                    .count(provider.retries), milliseconds(provider.latency?.p50), milliseconds(provider.latency?.p95),
                    milliseconds(provider.latency?.maximum), cell(provider.controlGroup),
                ]
            })
    }

    private static func guards(_ summary: RunSummary) -> Table {
        Table(
            "The guard against mass refusals, over the last 24 hours and all runs",
            columns: [
                Column("provider", "Provider"), Column("guard", "Guard", .status),
                Column("looked", "Looked at", .count),
                Column("refused", "Refused", .count), Column("lets_pass", "Lets pass", .count),
                Column("held", "Held back", .count), Column("tripped_at", "Tripped", .timestamp),
                Column("released_until", "Released until", .timestamp),
            ],
            rows: summary.providers.map { provider in
                guard let state = provider.guardState else {
                    return [.text(provider.provider.rawValue), .status(.notDecided)]
                }
                return [
                    .text(provider.provider.rawValue), .status(state.isTripped ? .fail : .pass), .count(state.looked),
                    .count(state.refused), .count(state.threshold), .count(state.held), moment(state.trippedAt),
                    moment(state.approvedUntil),
                ]
            })
    }

    /// What did not happen is a dash: nothing about it is unknown.
    private static func moment(_ moment: Timestamp?) -> Cell { moment.map { .timestamp($0) } ?? .text("–") }

    private static func milliseconds(_ count: Int?) -> Cell {
        count.map { .duration(.milliseconds($0)) } ?? .unknown
    }

    private static func cell(_ state: ProviderSummary.ControlGroup) -> Cell {
        switch state {
        case .pass: .status(.pass)
        case .fail: .status(.fail)
        case .notDecided: .status(.notDecided)
        case .notConfigured: .text("not configured")
        }
    }

    static func disabled(_ summary: RunSummary) -> Section {
        let rest = summary.disabledCount - summary.disabled.count
        return Section(
            "Disabled keys",
            notes: [
                "Refused twice, far enough apart. Disabled here, not revoked at the provider; each user is told by a mail that waits 30 minutes."
            ] + (rest > 0 ? ["\(rest) more were disabled than are listed; key_events has them all."] : []),
            tables: [
                Table(
                    "Keys that this run disabled",
                    columns: [
                        Column("key_id", "Key", .identifier), Column("user_id", "User", .identifier),
                        Column("label", "Label"),
                        Column("provider", "Provider"), Column("reason", "Reason"),
                        Column("http_status", "HTTP status", .count),
                        Column("first_refused_at", "First refused", .timestamp),
                        Column("disabled_at", "Disabled", .timestamp),
                    ],
                    rows: summary.disabled.map(row))
            ])
    }

    private static func row(_ key: RunSummary.DisabledKey) -> [Cell] {
        [
            .text(key.keyID.uuidString.lowercased()), .text(key.userID.uuidString.lowercased()), .text(key.label),
            .text(key.provider.rawValue), .text(key.reason), key.httpStatus.map { .count($0) } ?? .unknown,
            key.firstRefusedAt.map { .timestamp($0) } ?? .unknown, .timestamp(key.disabledAt),
        ]
    }
}
