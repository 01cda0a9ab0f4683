import Reports
import System

extension Report {
    static let hostile = "<script>alert(1)</script> & \"q\" 'a' \u{202E}evil\u{07}\u{1B}[31m"

    /// Every kind of value once, unknown and hostile ones too.
    static var sample: Report {
        var report = Report(
            id: "0c7a5a53-2f7e-5b43-9d3f-2f4cf7a3e0d1", job: "revalidate", title: "Revalidation of stored keys",
            tool: "byok-maintenance", toolVersion: "1.0.0", outcome: "guard")
        report.facts = [
            Fact("Started", .timestamp(Timestamp(microseconds: 1_795_440_000_000_000))),
            Fact("Took", .duration(.milliseconds(83_400))), Fact("Keys looked at", .count(1_234_567)),
            Fact("Keys opened", .unknown),
        ]
        report.checks = [
            Check("Every row is accounted for", .pass, detail: "1 234 567 taken up, as many ended"),
            Check("Canary of google", .notDecided, detail: "no canary is configured"),
            Check("Mass-refusal guard", .fail, detail: "tripped for openai"),
        ]
        let chart = BarChart(
            "Verdicts", unit: "Keys", bars: [.init("valid", 1_234_000), .init("disabled", 500), .init("unknown", 67)])
        report.sections = [
            Section(
                "Providers", notes: ["Latency is the median of all answers."], tables: [.providers], charts: [chart]),
            Section("Disabled", tables: [.disabled, Table("Held", columns: [Column("key_id", "Key")])]),
        ]
        report.provenance = [
            Provenance(source: "due keys", queryDigest: String(repeating: "ab", count: 32), rowCount: 1_234_567)
        ]
        report.tieOuts = [
            TieOut("Disabled", left: Fact("history", .count(500)), right: Fact("mails", .count(500))),
            TieOut("Opened", left: Fact("process", .count(3)), right: Fact("audit log", .unknown)),
        ]
        return report
    }
}

extension Table {
    static let providers = Table(
        "Keys and latency by provider",
        columns: [
            Column("provider", "Provider"), Column("valid", "Valid", .count), Column("disabled", "Disabled", .count),
            Column("latency", "Latency", .duration), Column("state", "State", .status),
            Column("share", "Share", .decimal),
        ],
        rows: [
            [
                .text("anthropic"), .count(1_000_000), .count(400), .duration(.milliseconds(184)), .status(.pass),
                .decimal("81.03"),
            ],
            [.text("openai"), .count(234_000), .count(100), .unknown, .status(.notDecided), .unknown],
        ],
        totals: [.text("All"), .count(1_234_000), .count(500), .unknown, .status(.notDecided), .decimal("100.00")])

    static let disabled = Table(
        "Disabled keys", columns: [Column("label", "Label"), Column("at", "At", .timestamp)],
        rows: [[.text(Report.hostile), .timestamp(Timestamp(microseconds: 1_795_440_000_000_001))], [.text("short")]])
}
