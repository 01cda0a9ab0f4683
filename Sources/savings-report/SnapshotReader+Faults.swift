import Batch
import FoundationEssentials
import Postgres
import Reports
import System

/// Names the rows that are at fault, once it is known that there are some.
extension SnapshotReader {
    func nameIrregular(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) {
        let source = queries.irregular
        reading.irregular = try Database.reading { () throws(PostgresError) in
            try transaction.query(source.statement).map { row throws(PostgresError) in
                Reading.Irregularity(
                    id: try row.text("id"), userID: try row.optionalUUID("user_id")?.uuidString.lowercased(),
                    reason: try row.text("reason"))
            }
        }
        for row in reading.irregular { rows.add("irregular", row.id + row.reason) }
        try tell(source, rows: reading.irregular.count, &reading)
    }

    func nameUnbalanced(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) {
        let source = queries.unbalanced(of: reading.tally.unbalancedUsers)
        reading.unbalanced = try Database.reading { () throws(PostgresError) in
            try transaction.query(source.statement).map { row throws(PostgresError) in
                Reading.Unbalanced(
                    id: try row.uuid("id").uuidString.lowercased(),
                    userID: try row.uuid("user_id").uuidString.lowercased(),
                    charged: try row.optionalText("charged"), entries: try row.int("entries"),
                    booked: try row.optionalText("booked"), corrected: try row.optionalText("corrected"))
            }
        }
        for row in reading.unbalanced { rows.add("unbalanced", "\(row.id) \(row.entries) \(row.booked ?? "")") }
        try tell(source, rows: reading.unbalanced.count, &reading)
    }

    func nameUnplaced(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) {
        let source = queries.unplaced(reading.ledger?.unplacedIDs)
        reading.unplaced = try Database.reading { () throws(PostgresError) in
            try transaction.query(source.statement).map { row throws(PostgresError) in
                Reading.Unplaced(
                    reason: try row.text("reason"), entry: try row.text("entry"), entries: try row.int("entries"),
                    credits: try row.text("credits"), firstIDs: try row.text("first_ids"))
            }
        }
        for row in reading.unplaced {
            rows.add("unplaced", "\(row.reason) \(row.entry) \(row.credits) \(row.firstIDs)")
        }
        try tell(source, rows: reading.unplaced.count, &reading)
    }
}

extension Reading {
    /// Rows whose numbers are missing or cannot be right, whoever's they are.
    var irregularRows: Int { tally.count(.irregular) &+ (ledger?.irregularElsewhere ?? 0) &+ irregularPrices }

    private var irregularPrices: Int {
        (prices.first?.irregularRows ?? 0) &+ (tokenPrices.first?.irregularRows ?? 0)
    }

    var hasUnplaced: Bool { (ledger?.unplacedCharges ?? 0) > 0 || (ledger?.unplacedReturns ?? 0) > 0 }
}
