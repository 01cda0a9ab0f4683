import ArgumentParser
import Foundation

/// Compares a report with what was planted.
struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Print recall and false positives of a report.json.")

    @Argument var expected: String
    @Argument var report: String

    private struct Report: Decodable {
        struct Section: Decodable {
            let title: String
            let tables: [Table]
        }
        struct Table: Decodable { let rows: [Row] }
        struct Row: Decodable {
            let line: Int?
            let provider: String?
            let kind: String?
            let key_id: String?
        }
        let sections: [Section]
    }

    func run() throws {
        let leaks = try JSONDecoder().decode([ExpectedLeak].self, from: Data(contentsOf: URL(filePath: expected)))
        let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: report)))
        let rows = report.sections.filter { $0.title == "Findings" }.flatMap(\.tables).flatMap(\.rows)
        var byLine: [Int: [Report.Row]] = [:]
        for row in rows { if let line = row.line { byLine[line, default: []].append(row) } }
        var missed: [String: Int] = [:]
        var planted: Set<Int> = []
        for leak in leaks {
            planted.formUnion(leak.lines)
            let isFound = leak.lines.contains { line in
                (byLine[line] ?? []).contains { row in
                    row.kind == "stored_key" ? row.key_id == leak.keyID : row.provider == leak.provider
                }
            }
            if leak.isPromised, !isFound { missed["\(leak.kind) \(leak.provider)", default: 0] += 1 }
        }
        let promised = leaks.count { $0.isPromised }
        let lost = missed.values.reduce(0, +)
        print("recall", Double(promised - lost) / Double(max(1, promised)))
        print("false_positives", rows.count { !planted.contains($0.line ?? 0) })
        print("leaks", promised)
        for (kind, count) in missed.sorted(by: { $0.key < $1.key }) { print("missed", kind, count) }
    }
}
