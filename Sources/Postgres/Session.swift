internal import CPostgres
import System

/// Owns one PGconn, which only the actor that made it touches.
@safe final class Session {
    let connection: OpaquePointer
    /// Whether the server may have begun what was sent last.
    private(set) var mayHaveRun = false
    /// The first error inside the open transaction.
    private(set) var transactionFailure: PostgresError?
    private var isAbandoned = false

    /// How long a cancelled statement may take to end before the connection is dropped.
    private static let grace: Duration = .seconds(5)

    init(_ connection: OpaquePointer) { unsafe self.connection = connection }

    deinit { unsafe PQfinish(connection) }

    var socket: Int32 { unsafe PQsocket(connection) }
    var serverProcess: Int { Int(unsafe PQbackendPID(connection)) }
    var isUsable: Bool { unsafe !isAbandoned && PQstatus(connection) == CONNECTION_OK }
    var isInTransaction: Bool { unsafe PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Notices that the server has gone while nothing was asked of it.
    func isStillThere() -> Bool {
        for _ in 0..<3 where isUsable && SocketWait.isReadable(socket) {
            guard unsafe PQconsumeInput(connection) == 1 else { return false }
            unsafe _ = PQisBusy(connection)
        }
        return isUsable && !isInTransaction
    }

    func beginTransaction() { transactionFailure = nil }

    /// Sends a statement, waits for its end, and gives its only result.
    func run(_ statement: Statement, deadline: Deadline) throws(PostgresError) -> ResultHandle {
        try send(statement, deadline)
        guard let result = try receive(statement, deadline) else { throw lost(statement) }
        try check(result, statement, deadline)
        try finish(statement, deadline)
        return result
    }

    /// Sends a text of several statements, which only the simple protocol takes, and waits for the end of the last.
    func run(script: Statement, deadline: Deadline) throws(PostgresError) {
        mayHaveRun = false
        let terminated = script.sql + [0]
        let sent = unsafe terminated.withUnsafeBytes { bytes in
            unsafe PQsendQuery(connection, bytes.assumingMemoryBound(to: CChar.self).baseAddress)
        }
        guard isUsable, sent == 1 else { throw lost(script) }
        mayHaveRun = true
        try flush(script, deadline)
        try finish(script, deadline)
        guard isUsable else { throw lost(script) }
    }

    func send(_ statement: Statement, _ deadline: Deadline) throws(PostgresError) {
        mayHaveRun = false
        var encoded: [EncodedParameter] = []
        encoded.reserveCapacity(statement.parameters.count)
        for parameter in statement.parameters {
            guard let value = EncodedParameter(parameter) else {
                throw statement.failure(.invalidValue, sqlState: "22021")
            }
            encoded.append(value)
        }
        guard isUsable, unsafe ParameterMemory.send(statement, encoded, on: connection) else { throw lost(statement) }
        mayHaveRun = true
        try flush(statement, deadline)
    }

    func flush(_ statement: Statement, _ deadline: Deadline) throws(PostgresError) {
        while true {
            let state = unsafe PQflush(connection)
            if state == 0 { return }
            guard state > 0 else {
                // The server may have said why before it closed.
                unsafe _ = PQconsumeInput(connection)
                return
            }
            try waitForServer(statement, deadline, writing: true)
        }
    }

    /// The next result of the statement, `nil` after the last.
    func receive(_ statement: Statement, _ deadline: Deadline) throws(PostgresError) -> ResultHandle? {
        while unsafe PQisBusy(connection) == 1 { try waitForServer(statement, deadline) }
        guard let result = unsafe PQgetResult(connection) else { return nil }
        return unsafe ResultHandle(result)
    }

    /// Waits for the socket and reads what came; on the deadline or cancellation stops the statement first.
    func waitForServer(_ statement: Statement, _ deadline: Deadline, writing: Bool = false) throws(PostgresError) {
        switch SocketWait.wait(socket, writing: writing, until: deadline) {
        case .ready:
            // Its failure shows in the next result, with the server's reason where it gave one.
            unsafe _ = PQconsumeInput(connection)
        case .deadline:
            abandon()
            throw note(statement.failure(.timeout))
        case .cancelled:
            abandon()
            throw note(statement.failure(.cancelled))
        }
    }

    /// Asks the server to stop the statement and drops what it still says.
    func abandon() {
        guard let cancel = unsafe PQgetCancel(connection) else { return isAbandoned = true }
        // Room that libpq insists on for a message that nobody reads.
        var message = [CChar](repeating: 0, count: 256)
        unsafe _ = PQcancel(cancel, &message, 256)
        unsafe PQfreeCancel(cancel)
        isAbandoned = !drain(Deadline(after: Self.grace))
    }

    /// Ends a COPY that sends without a cancel request, which could hit a later statement.
    func breakOff() { isAbandoned = !drain(Deadline(after: Self.grace)) }

    private func drain(_ deadline: Deadline) -> Bool {
        while isUsable {
            while unsafe PQisBusy(connection) == 1 {
                guard !deadline.hasPassed else { return false }
                // Not `SocketWait.wait`: the cancelled task must still wait for the end.
                if SocketWait.isReadable(socket) {
                    unsafe _ = PQconsumeInput(connection)
                } else {
                    SocketWait.sleep(milliseconds: 2)
                }
            }
            guard let result = unsafe PQgetResult(connection) else { return isUsable }
            let handle = unsafe ResultHandle(result)
            // Both ways of COPY keep answering with their own state.
            if [PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH].contains(handle.status) { return endCopy(deadline) }
        }
        return false
    }

    private func endCopy(_ deadline: Deadline) -> Bool {
        unsafe _ = PQputCopyEnd(connection, "")
        while isUsable, !deadline.hasPassed {
            var row: UnsafeMutablePointer<CChar>?
            let count = unsafe PQgetCopyData(connection, &row, 1)
            if let row = unsafe row { unsafe PQfreemem(row) }
            if count < 0 { return drain(deadline) }
            if count == 0 {
                SocketWait.sleep(milliseconds: 2)
                unsafe _ = PQconsumeInput(connection)
            }
        }
        return false
    }

    /// Reads to the end of the statement, so that the next one can be sent.
    func finish(_ statement: Statement, _ deadline: Deadline) throws(PostgresError) {
        while let more = try receive(statement, deadline) { try check(more, statement, deadline) }
    }

    func check(_ result: ResultHandle, _ statement: Statement, _ deadline: Deadline) throws(PostgresError) {
        switch result.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: return
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            abandon()
            throw note(statement.failure(.unexpectedResult))
        default:
            let error = PostgresError(result, statement, isUsable: isUsable)
            if error.sqlState.map(SQLState.endsSession) ?? true { isAbandoned = true }
            if isUsable { _ = drain(Deadline(after: Self.grace)) }
            throw note(error)
        }
    }

    func lost(_ statement: Statement) -> PostgresError {
        isAbandoned = true
        return note(statement.failure(.connectionLost))
    }

    private func note(_ error: PostgresError) -> PostgresError {
        if transactionFailure == nil { transactionFailure = error }
        return error
    }
}
