internal import CPostgres
import System

extension Session {
    /// Sends what `next` gives until it gives `nil`. Gives the number of rows stored.
    func copyIn<Failure: PostgresFailure>(
        _ statement: Statement, _ patience: Duration, _ next: () throws(Failure) -> [UInt8]?
    ) throws(Failure) -> Int {
        do throws(PostgresError) { try startCopy(statement, patience, PGRES_COPY_IN) } catch { throw Failure(error) }
        var unflushed = 0
        while true {
            let chunk: [UInt8]?
            do throws(Failure) { chunk = try next() } catch {
                breakOff()
                throw error
            }
            guard let chunk else { break }
            do throws(PostgresError) { try put(chunk, statement, patience, &unflushed) } catch { throw Failure(error) }
        }
        do throws(PostgresError) { return try endCopyIn(statement, patience) } catch { throw Failure(error) }
    }

    /// Lends each row, line end included, to `body`. Gives the number of rows.
    func copyOut<Failure: PostgresFailure>(
        _ statement: Statement, _ patience: Duration, _ body: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        do throws(PostgresError) { try startCopy(statement, patience, PGRES_COPY_OUT) } catch { throw Failure(error) }
        var count = 0
        while true {
            var row: UnsafeMutablePointer<CChar>?
            let length = unsafe PQgetCopyData(connection, &row, 1)
            defer { if let row = unsafe row { unsafe PQfreemem(row) } }
            if length < 0 { break }
            guard length > 0, let row = unsafe row else {
                do throws(PostgresError) {
                    try waitForServer(statement, Deadline(after: patience))
                    // libpq says "not yet" for ever on a connection that broke.
                    guard isUsable else { throw lost(statement) }
                } catch {
                    throw Failure(error)
                }
                continue
            }
            count &+= 1
            let raw = unsafe UnsafeRawBufferPointer(start: row, count: Int(length)).bindMemory(to: UInt8.self)
            do throws(Failure) { try unsafe body(raw.span) } catch {
                abandon()
                throw error
            }
        }
        do throws(PostgresError) { try finish(statement, Deadline(after: patience)) } catch { throw Failure(error) }
        guard isUsable else { throw Failure(lost(statement)) }
        return count
    }

    /// Lends row after row to `body`, never holding more than one.
    func stream<Failure: PostgresFailure>(
        _ statement: Statement, _ patience: Duration, _ body: (Row) throws(Failure) -> Void
    ) throws(Failure) {
        do throws(PostgresError) {
            try send(statement, Deadline(after: patience))
            unsafe _ = PQsetSingleRowMode(connection)
        } catch {
            throw Failure(error)
        }
        var columns: Columns?
        while let result = try next(statement, patience) as ResultHandle? {
            guard result.status == PGRES_SINGLE_TUPLE else { continue }
            let shape = columns ?? result.columns()
            columns = shape
            do throws(Failure) { try body(Row(result: result, columns: shape, index: 0)) } catch {
                abandon()
                throw error
            }
        }

        func next(_ statement: Statement, _ patience: Duration) throws(Failure) -> ResultHandle? {
            do throws(PostgresError) {
                let deadline = Deadline(after: patience)
                guard let result = try receive(statement, deadline) else { return nil }
                try check(result, statement, deadline)
                return result
            } catch {
                throw Failure(error)
            }
        }
    }

    private func startCopy(
        _ statement: Statement, _ patience: Duration, _ expected: ExecStatusType
    ) throws(PostgresError) {
        let deadline = Deadline(after: patience)
        try send(statement, deadline)
        guard let result = try receive(statement, deadline) else { throw lost(statement) }
        if result.status == expected { return }
        try check(result, statement, deadline)
        try finish(statement, deadline)
        throw statement.failure(.unexpectedResult)
    }

    private func put(
        _ chunk: [UInt8], _ statement: Statement, _ patience: Duration, _ unflushed: inout Int
    ) throws(PostgresError) {
        let sent = unsafe chunk.withUnsafeBytes { bytes in
            unsafe PQputCopyData(
                connection, bytes.assumingMemoryBound(to: CChar.self).baseAddress, Int32(clamping: bytes.count))
        }
        guard sent == 1 else { throw lost(statement) }
        unflushed &+= chunk.count
        guard unflushed >= 65_536 else { return }
        unflushed = 0
        try flush(statement, Deadline(after: patience))
    }

    private func endCopyIn(_ statement: Statement, _ patience: Duration) throws(PostgresError) -> Int {
        let deadline = Deadline(after: patience)
        guard unsafe PQputCopyEnd(connection, nil) == 1 else { throw lost(statement) }
        try flush(statement, deadline)
        guard let result = try receive(statement, deadline) else { throw lost(statement) }
        try check(result, statement, deadline)
        try finish(statement, deadline)
        return result.affectedRowCount
    }
}
