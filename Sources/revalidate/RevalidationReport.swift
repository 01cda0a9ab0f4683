import Batch
import FoundationEssentials
import Providers
import Reports
import System

/// The report of a run: a pure function of what the run came to, so that the same summary gives the same bytes.
enum RevalidationReport {
    static func of(_ summary: RunSummary, outcome: Outcome) -> Report {
        var report = Report(
            id: summary.runID.uuidString.lowercased(), job: "revalidate",
            title: summary.isDryRun ? "Revalidation of stored keys, dry run" : "Revalidation of stored keys",
            tool: "byok-maintenance", toolVersion: SuiteVersion.text.description, outcome: outcome.name.description)
        report.facts = facts(summary)
        report.checks = checks(summary)
        report.sections = [
            providers(summary), undecided(summary), disabled(summary), calendar(summary.calendar), decryptions(summary),
        ]
        report.tieOuts = (summary.books?.lines ?? []).map { line in
            Reports.TieOut(
                "Keys that ended as \(line.outcome.rawValue)", left: Fact("process", .count(line.inProcess)),
                right: Fact("database", .count(line.inDatabase)))
        }
        return report
    }

    private static func facts(_ summary: RunSummary) -> [Fact] {
        var facts = [
            Fact("Started", .timestamp(summary.startedAt)), Fact("Finished", .timestamp(summary.finishedAt)),
            Fact("Took", .duration(summary.finishedAt.since(summary.startedAt))),
            Fact("Keys due", .count(summary.dueCount)), Fact("Taken up", .count(summary.takenUpCount)),
            Fact("Disabled", .count(summary.disabledCount)),
            Fact("Requests", .count(summary.providers.reduce(0) { $0 &+ $1.requests })),
        ]
        if let reason = summary.stopReason { facts.append(Fact("Ended early", .text(reason))) }
        return facts
    }

    private static func decryptions(_ summary: RunSummary) -> Section {
        Section(
            "Decryptions",
            notes: ["A key is opened to be asked about and, where a scan key is set, to be fingerprinted."],
            tables: [
                Table(
                    "How often a key was opened, and what for",
                    columns: [Column("purpose", "Purpose"), Column("count", "Count", .count)],
                    rows: [
                        [.text("revalidate"), .count(summary.decryptions.revalidate)],
                        [.text("fingerprint"), .count(summary.decryptions.fingerprint)],
                    ])
            ])
    }

    private static func undecided(_ summary: RunSummary) -> Section {
        Section(
            "Not decided",
            notes: ["What was not asked, or asked in vain. These keys are due again at once, or within the hour."],
            tables: [
                Table(
                    "Providers that were not decided, or not to the end",
                    columns: [
                        Column("provider", "Provider"), Column("reason", "Reason"),
                        Column("returned", "Keys returned", .count), Column("transient", "Keys transient", .count),
                    ],
                    rows: summary.providers.compactMap { provider in
                        guard let reason = provider.notDecidedReason else { return nil }
                        return [
                            .text(provider.provider.rawValue), .text(reason),
                            .count(provider.outcomes[.returned] ?? 0), .count(provider.outcomes[.transient] ?? 0),
                        ]
                    })
            ])
    }
}

extension RunSummary {
    var dueCount: Int { providers.reduce(0) { $0 &+ $1.due } }
    var takenUpCount: Int { providers.reduce(0) { $0 &+ $1.takenUp } }
}
