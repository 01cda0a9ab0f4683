import Postgres
import System

/// Where within a period something changes: there its analyses are told apart.
struct Bounds: Sendable {
    /// Where its months begin, its own beginning first.
    private(set) var months: [Timestamp]
    /// These, and where prices change.
    private(set) var all: [Timestamp]
    /// The kinds whose prices do.
    private(set) var kinds: [String] = []
    /// Whether tokens have a price.
    private(set) var pricesTokens = false

    init(_ rows: Rows, from first: Timestamp) throws(PostgresError) {
        months = [first]
        all = [first]
        for index in 0..<rows.count { try add(rows[index]) }
    }

    /// Rows come in the order of time.
    private mutating func add(_ row: Row) throws(PostgresError) {
        let (part, at) = (try row.text("part"), try row.optionalTimestamp("at"))
        if part == "tokens" { pricesTokens = true }
        guard let at else { return }
        if part == "month" { months.append(at) }
        if let kind = try row.optionalText("kind"), !kinds.contains(kind) { kinds.append(kind) }
        if all.last != at { all.append(at) }
    }
}
