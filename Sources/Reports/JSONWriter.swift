internal import System

/// The same model gives the same bytes: sorted names, no time of its own.
public enum JSONWriter {
    public static func write(_ report: Report) -> [UInt8] { write(report.harmless.json) }

    static func write(_ value: JSONText.Value) -> [UInt8] {
        JSONText.bytes(of: value, .indented) + [UInt8(ascii: "\n")]
    }
}

// Names of fields ascend in each object, as those of the columns are made to.

extension Report {
    fileprivate var json: JSONText.Value {
        .object([
            ("checks", .array(checks.map(\.json))), ("facts", .array(facts.map(\.json))), ("id", .string(id)),
            ("job", .string(job)), ("outcome", .string(outcome)), ("provenance", .array(provenance.map(\.json))),
            ("schema", .string(Self.schema)), ("sections", .array(sections.map(\.json))),
            ("status", .string(status.rawValue)), ("tie_outs", .array(tieOuts.map(\.json))), ("title", .string(title)),
            ("tool", .string(tool)), ("tool_version", .string(toolVersion)),
        ])
    }
}

extension Fact {
    fileprivate var json: JSONText.Value { .object([("name", .string(name)), ("value", value.json)]) }
}

extension Check {
    fileprivate var json: JSONText.Value {
        .object([("detail", .string(detail)), ("name", .string(name)), ("status", .string(status.rawValue))])
    }
}

extension Provenance {
    fileprivate var json: JSONText.Value {
        .object([
            ("query_digest", .string(queryDigest)), ("row_count", .integer(Int64(rowCount))),
            ("source", .string(source)),
        ])
    }
}

extension TieOut {
    fileprivate var json: JSONText.Value {
        .object([
            ("left", left.json), ("name", .string(name)), ("right", right.json), ("status", .string(status.rawValue)),
        ])
    }
}

extension Section {
    fileprivate var json: JSONText.Value {
        .object([
            ("charts", .array(charts.map(\.json))), ("notes", .array(notes.map { .string($0) })),
            ("tables", .array(tables.map(\.json))), ("title", .string(title)),
        ])
    }
}

extension Table {
    fileprivate var json: JSONText.Value {
        // A name that comes twice stands once, with the first one's cells.
        let names = Dictionary(columns.indices.map { (columns[$0].name, $0) }) { first, _ in first }
        let order = names.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.value)
        return .object([
            ("caption", .string(caption)), ("columns", .array(columns.map(\.json))),
            ("rows", .array(rows.map { named($0, order) })), ("totals", totals.map { named($0, order) } ?? .null),
        ])
    }

    private func named(_ cells: [Cell], _ order: [Int]) -> JSONText.Value {
        .object(order.map { (columns[$0].name, $0 < cells.count ? cells[$0].json : .null) })
    }
}

extension Column {
    fileprivate var json: JSONText.Value {
        .object([("kind", .string(kind.rawValue)), ("name", .string(name)), ("title", .string(title))])
    }
}

extension BarChart {
    fileprivate var json: JSONText.Value {
        .object([("bars", .array(bars.map(\.json))), ("title", .string(title)), ("unit", .string(unit))])
    }
}

extension BarChart.Bar {
    fileprivate var json: JSONText.Value {
        let exact = exact.map { [("exact", JSONText.Value.string($0))] } ?? []
        return .object([("count", .integer(Int64(count)))] + exact + [("label", .string(label))])
    }
}

extension Cell {
    fileprivate var json: JSONText.Value {
        switch self {
        case .text(let text), .decimal(let text): .string(Terminal.escape(text))
        case .count(let count): .integer(Int64(count))
        case .duration(let duration): .integer(duration.clampedMicroseconds)
        case .timestamp(let timestamp): .string(timestamp.description)
        case .status(let status): .string(status.rawValue)
        case .unknown, .absent: .null
        }
    }
}
