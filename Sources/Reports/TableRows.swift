/// The rows of a table as the page has them. Written without a template, which would want a dictionary a cell: a report
/// may have ten thousand rows.
struct TableRows {
    private let language: PageLanguage
    private var bytes: [UInt8] = []

    init(_ rows: [[Cell]], of table: Table, in language: PageLanguage) {
        self.language = language
        for row in rows {
            if !bytes.isEmpty { put("\n") }
            put("<tr>")
            for (index, (cell, column)) in zip(table.complete(row), table.columns).enumerated() {
                add(cell, column, isHeader: index == 0)
            }
            put("</tr>")
        }
    }

    /// A line a row, no line end behind the last.
    var lines: String { String(decoding: bytes, as: UTF8.self) }

    private mutating func add(_ cell: Cell, _ column: Column, isHeader: Bool) {
        put(isHeader ? "<th scope=\"row\" class=\"" : "<td class=\"")
        put(Self.styleClass(of: cell, column))
        put("\">")
        putEscaped(Wording.text(cell, language))
        put(isHeader ? "</th>" : "</td>")
    }

    private static func styleClass(of cell: Cell, _ column: Column) -> String {
        switch cell {
        case .unknown: column.kind.isNumeric ? "number unknown" : "unknown"
        case .status(let status): Wording.statusClass(status)
        default: column.kind.styleClass
        }
    }

    private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func putEscaped(_ text: String) {
        let utf8 = text.utf8.span
        guard (0..<utf8.count).contains(where: { Self.entity(of: utf8[$0]) != nil }) else { return put(text) }
        for index in 0..<utf8.count {
            if let entity = Self.entity(of: utf8[index]) { put(entity) } else { bytes.append(utf8[index]) }
        }
    }

    /// Of the five characters that mean something in a page, as the templates write them.
    private static func entity(of byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}

extension Column.Kind {
    var styleClass: String {
        switch self {
        case .count, .decimal, .duration: "number"
        case .identifier: "identifier"
        case .timestamp: "moment"
        case .text, .status: "words"
        }
    }
}
