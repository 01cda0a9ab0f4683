public struct Table: Equatable, Sendable {
    public var caption: String
    public var columns: [Column]
    /// As many cells a row as there are columns; missing ones are unknown, further ones are left out.
    public var rows: [[Cell]]
    /// The row below: sums, where sums mean something.
    public var totals: [Cell]?

    public init(_ caption: String, columns: [Column], rows: [[Cell]] = [], totals: [Cell]? = nil) {
        self.caption = caption
        self.columns = columns
        self.rows = rows
        self.totals = totals
    }

    func complete(_ cells: [Cell]) -> [Cell] {
        Array((cells + Array(repeating: .unknown, count: columns.count)).prefix(columns.count))
    }
}

public struct Column: Equatable, Sendable {
    public enum Kind: String, Sendable {
        /// An identifier is text that may be broken anywhere, so that its column can be narrow.
        case text, identifier, count, decimal, duration, timestamp, status

        var isNumeric: Bool { self == .count || self == .decimal || self == .duration }
    }

    /// The name in JSON, unique in its table: `lower_case`.
    public var name: String
    public var title: String
    public var kind: Kind

    public init(_ name: String, _ title: String, _ kind: Kind = .text) {
        self.name = name
        self.title = title
        self.kind = kind
    }
}

/// Horizontal bars of counts; its numbers always stand in a table below it.
public struct BarChart: Equatable, Sendable {
    public struct Bar: Equatable, Sendable {
        public var label: String
        /// Negative values are drawn as zero and printed as they are.
        public var count: Int
        /// The exact number, where `count` only is what can be drawn of it; not encoded where there is none.
        public var exact: String?

        public init(_ label: String, _ count: Int, exact: String? = nil) {
            self.label = label
            self.count = count
            self.exact = exact
        }
    }

    public var title: String
    public var unit: String
    public var bars: [Bar]

    public init(_ title: String, unit: String, bars: [Bar]) {
        self.title = title
        self.unit = unit
        self.bars = bars
    }
}
