import Batch
import Postgres
import System

/// A row of a list that the page shows as it is, its first thousand rows.
protocol ListedRow: Sendable {
    /// How long the whole list is.
    var allRows: Int { get }
    /// What goes into the report's digest.
    var digestText: String { get }

    init(_ row: Row) throws(PostgresError)
}

extension SnapshotReader {
    /// `tag` keeps rows of different lists apart in the digest.
    func list<Listed: ListedRow>(
        _ source: Queries.Source, as tag: String, _ transaction: borrowing Transaction, _ reading: inout Reading,
        _ rows: inout RowDigest
    ) throws(JobFailure) -> [Listed] {
        let listed = try Database.reading { () throws(PostgresError) in
            try transaction.query(source.statement).map { row throws(PostgresError) in try Listed(row) }
        }
        for row in listed { rows.add(tag, row.digestText) }
        try tell(source, rows: listed.count, &reading)
        return listed
    }
}

extension Reading.Price: ListedRow {
    init(_ row: Row) throws(PostgresError) {
        kind = try row.text("kind")
        provider = try row.text("provider")
        list = try row.optionalText("credits_list")
        ownKey = try row.optionalText("credits_own_key")
        rate = try row.optionalText("rate")
        breakEven = try row.optionalText("break_even")
        breakEvenMoney = try row.optionalText("break_even_money")
        validFrom = try row.optionalTimestamp("valid_from")
        validUntil = try row.optionalTimestamp("valid_until")
        allRows = try row.int("all_rows")
        irregularRows = try row.int("irregular_rows")
    }

    var digestText: String {
        [kind, provider, list ?? "", ownKey ?? "", validFrom?.description ?? "", validUntil?.description ?? ""]
            .joined(separator: "\u{1F}")
    }
}

extension Reading.TokenPrice: ListedRow {
    init(_ row: Row) throws(PostgresError) {
        provider = try row.text("provider")
        model = try row.text("model")
        input = try row.optionalText("input_price")
        output = try row.optionalText("output_price")
        source = try row.text("source")
        validFrom = try row.optionalTimestamp("valid_from")
        validUntil = try row.optionalTimestamp("valid_until")
        allRows = try row.int("all_rows")
        irregularRows = try row.int("irregular_rows")
    }

    var digestText: String {
        [
            provider, model, input ?? "", output ?? "", source, validFrom?.description ?? "",
            validUntil?.description ?? "",
        ].joined(separator: "\u{1F}")
    }
}

extension Reading.Bill: ListedRow {
    init(_ row: Row) throws(PostgresError) {
        month = try row.text("month")
        provider = try row.text("provider")
        userID = try row.text("user_id")
        amount = try row.text("amount")
        source = try row.text("source")
        allRows = try row.int("all_rows")
    }

    var digestText: String { [month, provider, userID, amount, source].joined(separator: "\u{1F}") }
}
