import Batch
import FoundationEssentials
import Postgres
import Reports
import Secrets
import System

/// Reads a period in one snapshot, row after row, and streams what is as long as the users are many into files.
struct SnapshotReader: Sendable {
    let queries: Queries
    /// Nil in a dry run: then nothing is written.
    let draft: ReportDraft?
    let progress: Progress

    func read(on connection: PostgresConnection) async throws(JobFailure) -> Reading {
        try await connection.transaction(.snapshot) { transaction throws(JobFailure) in
            var rows = RowDigest()
            var reading = Reading()
            try checkClaims(transaction)
            try readLists(transaction, &reading, &rows)
            try readSavings(transaction, &reading, &rows)
            if reading.irregularRows > 0 { try nameIrregular(transaction, &reading, &rows) }
            if reading.tally.unbalanced > 0 { try nameUnbalanced(transaction, &reading, &rows) }
            if reading.hasUnplaced { try nameUnplaced(transaction, &reading, &rows) }
            try nameFunctions(transaction, &reading, &rows)
            reading.digest = rows.finish()
            return reading
        }
    }

    private func readLists(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) {
        reading.prices = try list(queries.prices, as: "price", transaction, &reading, &rows)
        reading.priceCount = reading.prices.first?.allRows ?? 0
        if let source = queries.tokenPrices {
            reading.tokenPrices = try list(source, as: "token_price", transaction, &reading, &rows)
        }
        if let source = queries.bills {
            reading.billRows = try list(source, as: "bill", transaction, &reading, &rows)
        }
    }

    private func readBounds(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) -> Bounds {
        let source = queries.bounds
        let (bounds, count) = try Database.reading { () throws(PostgresError) in
            let found = try transaction.query(source.statement)
            return (try Bounds(found, from: queries.period.from), found.count)
        }
        try tell(source, rows: count, &reading)
        return bounds
    }

    private func readSavings(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) {
        let source = queries.savings(try readBounds(transaction, &reading, &rows))
        var files = try SavingsFiles(draft, queries)
        var count = 0
        try transaction.stream(source.statement) { row throws(JobFailure) in
            let (part, body) = try Database.reading { () throws(PostgresError) in
                (try row.text("part"), try row.text("body"))
            }
            rows.add(part, body)
            count &+= 1
            if part == "user" {
                let line = try UserLine(body)
                try reading.tally.add(line)
                try files.add(line)
                progress.advance(by: 1)
            } else {
                try reading.add(part, PartFields(body), &files)
            }
        }
        reading.leaders.sort { $0.place < $1.place }
        reading.claims.sort { $0.place < $1.place }
        reading.files += try files.finish()
        try tell(source, rows: count, &reading)
    }

    /// What a claim is about must have stood in the price list at some time, or it is misspelt.
    private func checkClaims(_ transaction: borrowing Transaction) throws(JobFailure) {
        guard !queries.claims.isEmpty else { return }
        let unknown = try Database.reading { () throws(PostgresError) in
            try transaction.query(queries.claimed.statement).map { row throws(PostgresError) in
                try row.bool("is_known") ? nil : try row.int("place")
            }
        }
        guard let place = unknown.compactMap({ $0 }).first else { return }
        throw JobFailure(
            .misconfigured, "claim \(place, as: "claim") is about a kind or provider that no price list has had",
            next: "see byok.credit_prices for their names")
    }
}
