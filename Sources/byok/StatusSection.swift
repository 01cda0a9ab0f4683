import Batch
import FoundationEssentials
import Postgres
import System

/// One part of what `byok status` tells: a query and its columns.
struct StatusSection: Sendable {
    enum Kind: Sendable { case count, text, time, flag, id }

    struct Column: Sendable {
        let name: String
        let kind: Kind

        init(_ name: StaticString, _ kind: Kind) {
            self.name = name.description
            self.kind = kind
        }
    }

    let name: StaticString
    let columns: [Column]
    let statement: Statement
    /// How many rows are shown; the query asks for one more, so that a cut is noticed.
    let limit: Int
    /// What is said where there is no row.
    let empty: StaticString

    init(
        _ name: StaticString, _ sql: [UInt8], limit: Int = 199, empty: StaticString = "none", _ columns: [Column]
    ) {
        self.name = name
        self.columns = columns
        statement = Statement(name, sql: sql, idempotent: true)
        self.limit = limit
        self.empty = empty
    }

    /// What was read, or why it was not.
    func read(from connection: PostgresConnection) async -> StatusAnswer {
        do throws(PostgresError) {
            let found = try await connection.query(statement)
            let rows = try found.prefix(limit).map { row throws(PostgresError) in
                try columns.map { column throws(PostgresError) in try Self.value(column, in: row) }
            }
            return StatusAnswer(section: self, rows: rows, isCut: found.count > limit, failure: nil)
        } catch {
            return StatusAnswer(section: self, rows: [], isCut: false, failure: error)
        }
    }

    private static func value(_ column: Column, in row: Row) throws(PostgresError) -> JSONText.Value {
        switch column.kind {
        case .count: try row.optionalInt(column.name).map { .integer(Int64($0)) } ?? .null
        case .text: try row.optionalText(column.name).map { .string($0) } ?? .null
        case .time: try row.optionalTimestamp(column.name).map { .string($0.description) } ?? .null
        case .flag: try row.optionalBool(column.name).map { .bool($0) } ?? .null
        case .id: try row.optionalUUID(column.name).map { .string($0.uuidString.lowercased()) } ?? .null
        }
    }
}

struct StatusAnswer: Sendable {
    let section: StatusSection
    let rows: [[JSONText.Value]]
    let isCut: Bool
    let failure: PostgresError?

    var json: JSONText.Value {
        let objects = rows.map { row in
            JSONText.Value.object(zip(section.columns, row).map { ($0.name, $1) })
        }
        return .object([
            ("read", .bool(failure == nil)), ("why_not", failure.map { .string(Self.words($0)) } ?? .null),
            ("complete", .bool(failure == nil && !isCut)), ("rows", .array(objects)),
        ])
    }

    /// A heading and aligned rows; cells are escaped before they are measured.
    var text: String {
        var lines = [section.name.description]
        if let failure {
            lines.append("  not read: \(Self.words(failure))")
        } else if rows.isEmpty {
            lines.append("  \(section.empty)")
        } else {
            lines += Self.aligned([section.columns.map(\.name)] + rows.map { $0.map(Self.cell) })
        }
        if isCut { lines.append("  … and more: only the first \(rows.count) are shown") }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func words(_ error: PostgresError) -> String {
        switch error.kind {
        case .notPermitted: "this role may not read it (SQLSTATE \(error.sqlState ?? "unknown"))"
        case .syntaxOrSchema: "the schema is missing or of another release: run byok migrate"
        default: JobFailure(error).message.text
        }
    }

    private static func cell(_ value: JSONText.Value) -> String {
        switch value {
        case .string(let text): text.isEmpty ? "-" : Terminal.escape(text)
        case .null: "-"
        case .bool(let value): value ? "yes" : "no"
        case .integer, .number, .array, .object: JSONText.write(value)
        }
    }

    private static func aligned(_ table: [[String]]) -> [String] {
        let widths = (table.first ?? []).indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
            var line = "  " + cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}
