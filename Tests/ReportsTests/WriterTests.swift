import Foundation
import Reports
import TestSupport
import Testing

struct WriterTests {
    private let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Expected")

    /// `BYOK_ACCEPT_REPORTS=1` writes what is expected anew; read the difference before committing it.
    private func expect(_ bytes: [UInt8], as name: String) throws {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["BYOK_ACCEPT_REPORTS"] != nil { try Data(bytes).write(to: file) }
        let expected = try Data(contentsOf: file)
        #expect(Data(bytes) == expected)
    }

    @Test func `the sample report is written as it was accepted, in this process as in any other`() throws {
        try expect(JSONWriter.write(.sample), as: "report.json")
        try expect(HTMLWriter.write(.sample), as: "report.html")
        #expect(try HTMLWriter.write(.sample) == HTMLWriter.write(.sample))
    }

    @Test func `names of fields ascend in every object, and each stands once`() throws {
        var report = Report.sample
        report.sections[0].charts[0].bars[0].exact = "0.5"
        report.sections[0].tables.append(
            Table(
                "names", columns: ["z", "é", "a", "}", "a"].map { Column($0, $0) },
                rows: [[.count(1), .count(2), .count(3)]], totals: [.count(4)]))
        report.sections[0].tables.append(Table("nothing", columns: []))
        var last: [[String]] = []
        for line in String(decoding: JSONWriter.write(report), as: UTF8.self).split(separator: "\n") {
            let depth = line.prefix { $0 == " " }.count / 2
            last = Array(last.prefix(depth + (line.hasSuffix("{") ? 0 : 1)))
            while last.count <= depth { last.append([]) }
            guard let name = line.firstMatch(of: #/^ *"([^"]+)" : /#)?.1 else { continue }
            #expect(last[depth].last.map { $0.utf8.lexicographicallyPrecedes(name.utf8) } != false, "\(name)")
            last[depth].append(String(name))
        }
        let json = try JSONSerialization.jsonObject(with: Data(JSONWriter.write(report))) as? [String: Any]
        let tables = (json?["sections"] as? [[String: Any]])?.first?["tables"] as? [[String: Any]]
        let row = (tables?.first { $0["caption"] as? String == "names" }?["rows"] as? [[String: Any]])?.first
        #expect(row?["a"] as? Int == 3 && row?["z"] as? Int == 1 && row?.count == 4)
    }

    @Test func `hostile text is text in every format`() throws {
        for bytes in [JSONWriter.write(.sample), try HTMLWriter.write(.sample)] {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.unicodeScalars.contains("\u{202E}") && !text.unicodeScalars.contains("\u{1B}"))
            #expect(!text.unicodeScalars.contains("\u{07}"))
            #expect(text.contains("u{202E}evil"))
        }
        let html = String(decoding: try HTMLWriter.write(.sample), as: UTF8.self)
        #expect(!html.contains("<script") && !html.contains(" style=") && !html.contains("http://www.w3.org/1999"))
        #expect(html.contains("&lt;script&gt;"))
    }

    @Test func `hostile text everywhere changes no element of the page`() throws {
        func elements(_ report: Report) throws -> Int {
            String(decoding: try HTMLWriter.write(report), as: UTF8.self).split(separator: "<").count
        }
        var report = Report.sample
        let expected = try elements(report)
        report.title = Report.hostile + "</title></style>"
        report.outcome = Report.hostile
        report.sections[0].title = Report.hostile
        report.sections[0].notes = [Report.hostile]
        report.sections[0].charts[0].bars[0].label = Report.hostile
        report.sections[0].tables[0].caption = Report.hostile
        report.sections[0].tables[0].columns[0].title = Report.hostile
        report.checks[0].detail = Report.hostile
        report.provenance[0].source = Report.hostile
        #expect(try elements(report) == expected)
    }

    @Test func `both formats hold the same rows and counts`() throws {
        let json = try JSONSerialization.jsonObject(with: Data(JSONWriter.write(.sample))) as? [String: Any]
        let sections = json?["sections"] as? [[String: Any]] ?? []
        let tables = sections.flatMap { $0["tables"] as? [[String: Any]] ?? [] }
        let rows = tables.map { ($0["rows"] as? [Any])?.count ?? -1 }
        #expect(rows == [2, 2, 0])
        let html = String(decoding: try HTMLWriter.write(.sample), as: UTF8.self)
        let bodies = html.components(separatedBy: "<tbody>").dropFirst().map {
            $0.components(separatedBy: "</tbody>")[0].components(separatedBy: "<tr><th").count - 1
        }
        // checks, the chart's numbers, three tables, tie-out, provenance
        #expect(bodies == [3, 3, 2, 2, 0, 2, 1])
        let first = (tables.first?["rows"] as? [[String: Any]])?.first
        #expect(first?["valid"] as? Int == 1_000_000 && html.contains("1\u{202F}000\u{202F}000"))
        let second = (tables.first?["rows"] as? [[String: Any]])?.last
        #expect(second?["latency"] is NSNull)
    }

    @Test func `a report with anything undecided does not pass`() {
        var report = Report(id: "", job: "", title: "", tool: "", toolVersion: "", outcome: "")
        #expect(report.status == .notDecided)
        report.checks = [Check("a", .pass)]
        #expect(report.status == .pass)
        report.tieOuts = [TieOut("b", left: Fact("l", .count(1)), right: Fact("r", .unknown))]
        #expect(report.status == .notDecided)
        report.checks.append(Check("c", .fail))
        #expect(report.status == .fail)
    }
}
