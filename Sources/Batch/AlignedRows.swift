public import System

/// Rows of words in columns, for a terminal or a ticket.
public enum AlignedRows {
    /// Each cell is made harmless before it is measured. The last column is not padded.
    public static func lines(_ rows: [[String]], indent: Int = 2) -> [String] {
        let harmless = rows.map { $0.map { Terminal.escape($0) } }
        let columnCount = harmless.map(\.count).max() ?? 0
        let widths = (0..<columnCount).map { column in
            harmless.map { column < $0.count - 1 ? $0[column].count : 0 }.max() ?? 0
        }
        return harmless.map { cells in
            let padded = zip(cells, widths).enumerated().map { index, pair in
                index == cells.count - 1
                    ? pair.0 : pair.0 + String(repeating: " ", count: max(0, pair.1 - pair.0.count))
            }
            return String(repeating: " ", count: indent) + padded.joined(separator: "  ")
        }
    }

    /// A user's own words, so long that they are still told apart.
    public static func short(_ text: String) -> String {
        text.count > 32 ? String(text.prefix(31)) + "…" : text
    }
}

extension Timestamp {
    /// Whole seconds: more is noise to a person.
    public var toTheSecond: String {
        Timestamp(microseconds: microseconds - (microseconds % 1_000_000 + 1_000_000) % 1_000_000).description
    }
}
