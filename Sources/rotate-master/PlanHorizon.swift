import Batch
import Postgres
import System

/// Something that keeps dead rows from being reclaimed while it lasts.
struct PlanHorizon: Sendable {
    enum Kind: String, CaseIterable, Sendable, Loggable {
        case session
        case prepared = "prepared transaction"
        case slot, standby
    }

    /// A statement that ends by itself within this time is not worth a word.
    static let patience = 60.0

    let kind: Kind
    /// The process id of a session, else a name.
    let name: String
    let who: String?
    let place: String?
    /// How long the transaction is open; nil where this role may not see it, or nothing tells.
    let seconds: Double?
    /// How many transactions began since.
    let transactions: Int?

    /// Nil where nobody knows for how long it has been there.
    var isLasting: Bool? {
        switch kind {
        case .session: seconds.map { $0 >= Self.patience }
        case .prepared, .slot: true
        case .standby: nil
        }
    }

    var words: LogMessage {
        let owner: LogMessage = who.map { " of \(PlaceName($0))" } ?? ""
        let database: LogMessage = place.map { " in \(PlaceName($0))" } ?? ""
        let age: LogMessage = seconds.map { ", open for \(Duration.seconds($0.rounded()))" } ?? ""
        let passed: LogMessage = transactions.map { ", \($0) transactions behind" } ?? ""
        return "\(kind) \(PlaceName(name))\(owner)\(database)\(age)\(passed)"
    }

    var mend: LogMessage {
        switch kind {
        case .session: "let it end, or end it: select pg_terminate_backend(\(PlaceName(name)))"
        case .prepared: "commit it or roll it back by its name"
        case .slot: "drop the slot, or bring back what reads it"
        case .standby: "its hot_standby_feedback holds the rows: end the long query there"
        }
    }
}

extension PlanHorizon {
    init(_ row: Row) throws(PostgresError) {
        guard let kind = Kind(rawValue: try row.text("kind")) else {
            throw PostgresError(.unexpectedResult, operation: "read column", name: "kind")
        }
        self.kind = kind
        name = try row.text("name")
        who = try row.optionalText("who")
        place = try row.optionalText("place")
        seconds = try row.optionalDouble("seconds")
        transactions = try row.optionalInt("transactions")
    }

    var json: JSONText.Value {
        .object([
            ("kind", .string(kind.rawValue)), ("name", .string(name)), ("user", .text(who)),
            ("database", .text(place)), ("seconds", seconds.map { .number($0) } ?? .null),
            ("transactions", transactions.map { .count($0) } ?? .null),
            ("lasting", isLasting.map { .bool($0) } ?? .null),
        ])
    }
}
