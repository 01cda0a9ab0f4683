import Batch
import FoundationEssentials
import LogSources
import Providers
import Reports
import Scanner
import System

/// The report of a scan: a pure function of what it came to.
enum ScanReportModel {
    static func of(_ summary: ScanSummary, outcome: Outcome) -> Report {
        var report = Report(
            id: summary.runID.uuidString.lowercased(), job: "audit-scan", title: "Scan of logs for key material",
            tool: "byok-maintenance", toolVersion: SuiteVersion.text.description, outcome: outcome.name.description)
        report.facts = facts(summary)
        report.checks = checks(summary)
        report.sections = [findings(summary), coverage(summary)]
        if !summary.disabled.isEmpty { report.sections.append(disabled(summary)) }
        return report
    }

    /// The same findings for other programs.
    static func further(_ summary: ScanSummary) -> [ReportFile] {
        [
            ReportFile("report.sarif", SARIF.write(summary)),
            ReportFile("report.junit.xml", Array(JUnit.write(summary).utf8)),
        ]
    }

    private static func facts(_ summary: ScanSummary) -> [Fact] {
        [
            Fact("Started", .timestamp(summary.startedAt)), Fact("Finished", .timestamp(summary.finishedAt)),
            Fact("Took", .duration(summary.finishedAt.since(summary.startedAt))),
            Fact("Sources", .count(summary.coverage.count)), Fact("Bytes read", .count(summary.bytesSeen)),
            Fact("Leaks", .count(summary.leakCount)),
            Fact("Leaks that the baseline told", .count(summary.knownLeakCount)),
            Fact("Stored keys known by fingerprint", .count(summary.knownKeyCount)),
            Fact("Stored keys", summary.storedKeyCount.map(Cell.count) ?? .unknown),
            Fact("Fingerprints of another scan key", .count(summary.foreignFingerprintCount)),
        ]
    }

    private static func checks(_ summary: ScanSummary) -> [Check] {
        return [
            Check(
                "No key material was found",
                summary.leakCount > 0 ? .fail : summary.isEverythingRead ? .pass : .notDecided,
                detail: "\(summary.leakCount) leaks"),
            Check(
                "Every source was read to its end", summary.isEverythingRead ? .pass : .fail,
                detail: summary.wasStopped ? "the scan was stopped" : "\(summary.unreadCount) were not, or not wholly"),
            Check(
                "Every stored key is known by its fingerprint",
                summary.storedKeyCount == nil ? .notDecided : summary.areAllKeysKnown ? .pass : .fail,
                detail: "\(summary.knownKeyCount) of \(summary.storedKeyCount.map(String.init) ?? "an unknown number")"),
        ]
    }

    private static func findings(_ summary: ScanSummary) -> Section {
        let isCut = summary.leaks.count < summary.leakCount
        return Section(
            "Findings",
            notes: ["Nothing of a key is shown. Revoke the key at its provider; then clean the log."]
                + (isCut ? ["Only the first \(summary.leaks.count) of \(summary.leakCount) are listed."] : []),
            tables: [
                Table("Key material, where it lies, and whose it is", columns: columns, rows: summary.leaks.map(row))
            ])
    }

    private static let columns = [
        Column("source", "Source", .identifier), Column("line", "Line", .count),
        Column("line_end", "To line", .count), Column("column", "Column", .count), Column("kind", "Kind"),
        Column("provider", "Provider"), Column("form", "Form"), Column("key_id", "Key", .identifier),
        Column("label", "Label"), Column("user_id", "Owner", .identifier), Column("encoding", "Encoding"),
        Column("confidence", "Confidence"), Column("excerpt", "Excerpt", .identifier),
        Column("fingerprint", "Fingerprint", .identifier),
    ]

    private static func row(_ leak: Leak) -> [Cell] {
        [
            .text(leak.source), .count(leak.line), .count(leak.lineEnd), .count(leak.column),
            .text(leak.kind.rawValue), leak.provider.map { .text($0.rawValue) } ?? .unknown,
            leak.form.map(Cell.text) ?? .unknown,
            leak.owner.map { .text($0.keyID.uuidString.lowercased()) } ?? .unknown,
            leak.owner?.label.map(Cell.text) ?? .unknown,
            leak.owner?.userID.map { .text($0.uuidString.lowercased()) } ?? .unknown, .text(leak.encoding),
            .text(leak.confidence.rawValue), .text(leak.excerpt), .text(leak.fingerprint),
        ]
    }

    private static func coverage(_ summary: ScanSummary) -> Section {
        let rows = summary.coverage.map { source -> [Cell] in
            [
                .text(source.source), source.size.map(Cell.count) ?? .unknown, .count(source.bytesSeen),
                .count(source.bytesSeenBefore), .count(source.lines), .count(source.findings),
                .status(source.faults.isEmpty ? .pass : .fail),
                .text(source.faults.joined(separator: "; ")),
            ]
        }
        let failed = summary.missing.map { source, failure -> [Cell] in
            [
                .text(source), .unknown, .unknown, .unknown, .unknown, .unknown, .status(.fail),
                .text("the database did not give it (\(failure.outcome.name))"),
            ]
        }
        return Section(
            "Coverage", notes: ["Bytes as they lie in the source. What was read by an earlier scan is counted apart."],
            tables: [
                Table(
                    "What was read of each source",
                    columns: [
                        Column("source", "Source", .identifier), Column("size", "Size", .count),
                        Column("bytes_seen", "Read", .count), Column("bytes_seen_before", "Read before", .count),
                        Column("lines", "Lines", .count), Column("findings", "Findings", .count),
                        Column("status", "Complete", .status), Column("problem", "Not read because"),
                    ], rows: rows + failed)
            ])
    }

    private static func disabled(_ summary: ScanSummary) -> Section {
        Section(
            "Disabled",
            notes: ["Asked for by --disable-leaked. Taken back by revalidate undo with this run's id."],
            tables: [
                Table(
                    "What became of the stored keys that were found",
                    columns: [Column("key_id", "Key", .identifier), Column("outcome", "Outcome")],
                    rows: summary.disabled.map { [.text($0.keyID.uuidString.lowercased()), .text($0.outcome)] })
            ])
    }
}
