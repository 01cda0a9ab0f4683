import Batch
import Foundation
import Providers
import Reports
import System
import TestSupport
import Testing

@testable import revalidate

struct ReportTests {
    private let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Expected")

    /// `BYOK_ACCEPT_REPORTS=1` writes what is expected anew; read the difference before committing it.
    private func expect(_ bytes: [UInt8], as name: String) throws {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["BYOK_ACCEPT_REPORTS"] != nil {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        #expect(Data(bytes) == (try Data(contentsOf: file)))
    }

    private func check(_ part: String, in report: Report) -> Check? {
        report.checks.first { $0.name.contains(part) }
    }

    @Test func `the sample run is reported as it was accepted`() throws {
        let report = RevalidationReport.of(.sample(), outcome: .guardTripped)
        try expect(JSONWriter.write(report), as: "report.json")
        try expect(HTMLWriter.write(report), as: "report.html")
    }

    @Test func `what the JSON counts is what the run counted, and what the page shows`() throws {
        let summary = RunSummary.sample()
        let report = RevalidationReport.of(summary, outcome: .done)
        let json = try JSONSerialization.jsonObject(with: Data(JSONWriter.write(report))) as? [String: Any]
        let sections = json?["sections"] as? [[String: Any]] ?? []
        let tables = sections.flatMap { $0["tables"] as? [[String: Any]] ?? [] }
        let html = String(decoding: try HTMLWriter.write(report), as: UTF8.self)
        for table in tables { #expect(html.contains("<caption>\(table["caption"] as? String ?? "?")</caption>")) }
        let rows = tables[0]["rows"] as? [[String: Any]] ?? []
        #expect(rows.compactMap { $0["outcome"] as? String } == KeyOutcome.allCases.map(\.rawValue))
        for (row, outcome) in zip(rows, KeyOutcome.allCases) {
            let sum = summary.providers.reduce(0) { $0 + (row[$1.provider.rawValue] as? Int ?? 0) }
            #expect(sum == summary.total(of: outcome) && row["all"] as? Int == sum)
        }
        let totals = tables[0]["totals"] as? [String: Any]
        for provider in summary.providers {
            #expect(totals?[provider.provider.rawValue] as? Int == provider.takenUp)
        }
        #expect((json?["tie_outs"] as? [[String: Any]])?.count == 4)
    }

    @Test func `a hostile label stays a label`() throws {
        let report = RevalidationReport.of(.sample(), outcome: .done)
        for bytes in [JSONWriter.write(report), try HTMLWriter.write(report)] {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.contains("u{202E}evil"))
            #expect(!text.unicodeScalars.contains("\u{202E}") && !text.unicodeScalars.contains("\u{1B}"))
        }
        #expect(!String(decoding: try HTMLWriter.write(report), as: UTF8.self).contains("<script"))
    }

    @Test func `a tripped guard and a failed canary fail, and an open provider is not decided`() {
        let report = RevalidationReport.of(.sample(), outcome: .guardTripped)
        #expect(report.status == .fail)
        #expect(check("guard", in: report)?.status == .fail)
        #expect(check("guard", in: report)?.detail.hasPrefix("openai") == true)
        #expect(check("canaries", in: report)?.status == .fail)
        #expect(check("provider", in: report)?.status == .notDecided)
        #expect(check("balance", in: report)?.status == .pass)
    }

    @Test func `a quiet run passes, canaries or none`() {
        for control in [ProviderSummary.ControlGroup.notConfigured, .pass] {
            let provider = ProviderSummary.sample(.mistral, [.valid: 5], control: control)
            let report = RevalidationReport.of(
                .sample(providers: [provider], disabled: [], calendar: .whole), outcome: .done)
            #expect(report.status == .pass)
            #expect((check("canaries", in: report) == nil) == (control == .notConfigured))
        }
    }

    @Test func `books that differ, an overdue key and an uncounted opening each fail`() {
        let wrong = revalidate.TieOut(lines: [.init(outcome: .valid, inProcess: 5, inDatabase: 4)])
        let quiet = [ProviderSummary.sample(.mistral, [.valid: 5])]
        let books = RevalidationReport.of(.sample(providers: quiet, books: wrong), outcome: .broken)
        #expect(check("balance", in: books)?.detail == "process and database differ on valid")
        #expect(books.status == .fail && books.tieOuts[0].status == .fail)
        let overdue = RevalidationReport.of(.sample(providers: quiet, overdue: 1), outcome: .findings)
        #expect(check("7 days", in: overdue)?.status == .fail && overdue.status == .fail)
        let uncounted = RevalidationReport.of(
            .sample(providers: quiet, decryptions: .init(revalidate: 4)), outcome: .done)
        #expect(check("decryption", in: uncounted)?.status == .fail)
    }

    @Test func `a dry run has no books to compare, and does not pass`() {
        let quiet = [ProviderSummary.sample(.mistral, [.valid: 5])]
        let report = RevalidationReport.of(
            .sample(providers: quiet, disabled: [], books: nil, calendar: .whole, isDryRun: true), outcome: .done)
        #expect(report.status == .notDecided && report.tieOuts.isEmpty)
    }

    @Test func `missed hours fail the report, and without a past nothing is decided`() {
        func missed(_ calendar: RunCalendar) -> Check { RevalidationReport.missedHours(calendar) }
        #expect(missed(.whole).status == .pass)
        #expect(missed(.sample).status == .fail)
        #expect(missed(.sample).detail.hasPrefix("4 of 148 hours without one, 3 in a row at most"))
        #expect(missed(RunCalendar(slots: [])).status == .notDecided)
        #expect(missed(.hours(1, missed: [])).status == .notDecided)
        let quiet = [ProviderSummary.sample(.mistral, [.valid: 5])]
        #expect(RevalidationReport.of(.sample(providers: quiet, disabled: []), outcome: .done).status == .fail)
    }

    @Test func `the running hour is not missed before it is over`() {
        let calendar = RunCalendar.hours(10, missed: [9])
        #expect(calendar.expected == 9 && calendar.missed == 0)
        #expect(RunCalendar.hours(10, missed: [8]).missed == 1)
    }

    @Test func `gaps are named`() {
        let section = RevalidationReport.calendar(.sample)
        #expect(section.notes[0].contains("148 expected, 144 done, 4 missed"))
        let gaps = section.tables[1].rows
        #expect(gaps.count == 2)
        #expect(gaps[0][2] == .count(3) && gaps[1][2] == .count(1))
        #expect(gaps[0][0] == .timestamp(RunSummary.hour - .seconds((147 - 30) * 3600)))
        #expect(RevalidationReport.calendar(RunCalendar(slots: [])).tables[1].rows.isEmpty)
    }

    @Test func `a list that was cut says how many are left out`() {
        let section = RevalidationReport.disabled(.sample(disabledCount: 12_345))
        #expect(section.notes.contains { $0.hasPrefix("12343 more") })
        #expect(section.tables[0].rows.count == 2)
    }
}
