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
            try readPrices(transaction, &reading, &rows)
            try readSavings(transaction, &reading, &rows)
            if queries.creditPrice != nil { try writeFocus(transaction, &reading, &rows) }
            if reading.tally.count(.irregular) > 0 { try nameIrregular(transaction, &reading, &rows) }
            if reading.tally.unbalanced > 0 { try nameUnbalanced(transaction, &reading, &rows) }
            if reading.hasUnplaced, queries.user == nil { try nameUnplaced(transaction, &reading, &rows) }
            reading.digest = rows.finish()
            return reading
        }
    }

    private func readPrices(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) {
        let source = queries.prices
        reading.prices = try Database.reading { () throws(PostgresError) in
            try transaction.query(source.statement).map { row throws(PostgresError) in try Reading.Price(row) }
        }
        for price in reading.prices { rows.add("price", price.digestText) }
        reading.tell(source, rows: reading.prices.count)
    }

    private func readSavings(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) {
        let months = try Database.reading { () throws(PostgresError) in
            try transaction.query(queries.months.statement).map { row throws(PostgresError) in
                try row.timestamp("at")
            }
        }
        let source = queries.savings(months: months)
        var files = try SavingsFiles(draft)
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
        reading.tell(source, rows: count)
    }

    private func writeFocus(
        _ transaction: borrowing Transaction, _ reading: inout Reading, _ rows: inout RowDigest
    ) throws(JobFailure) {
        guard let price = queries.creditPrice else { return }
        let source = queries.focus
        var file = try draft.map { draft throws(JobFailure) in
            try OpenFile(FocusRow.fileName, FocusRow.header, in: draft)
        }
        let account = queries.user.map { $0.uuidString.lowercased() } ?? "all-users"
        var count = 0
        try transaction.stream(source.statement) { row throws(JobFailure) in
            let focus = try Database.reading { () throws(PostgresError) in try FocusRow(row) }
            rows.add("focus", focus.digestText)
            count &+= 1
            try file?.append(focus.csv(price, in: queries.period, for: account))
        }
        reading.files += try file.finish()
        reading.tell(source, rows: count)
    }
}
