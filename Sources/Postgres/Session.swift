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
    /// Whether something between us and the server lends its connections to others too.
    private(set) var isPooled = false
    /// Whether the backend is ours beyond the end of the statement sent last: a transaction is open.
    private var ownsBackend = false
    /// Whether the statement ended because it was told to.
    private var wasStopped = false

    /// How long a cancelled statement may take to end before the connection is dropped.
    private static let grace: Duration = .seconds(5)

    init(_ connection: OpaquePointer) { unsafe self.connection = connection }

    deinit { unsafe PQfinish(connection) }

    var socket: Int32 { unsafe PQsocket(connection) }
    var isUsable: Bool { unsafe !isAbandoned && PQstatus(connection) == CONNECTION_OK }
    var isInTransaction: Bool { unsafe PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Notices that the server has gone while nothing was asked of it.
    func isStillThere() -> Bool { isServerThere() && !isInTransaction }

    func isServerThere() -> Bool {
        for _ in 0..<3 where isUsable && SocketWait.isReadable(socket) {
            guard unsafe PQconsumeInput(connection) == 1 else { return false }
            unsafe _ = PQisBusy(connection)
        }
        return isUsable
    }

    func beginTransaction() { transactionFailure = nil }

    /// A pooler makes up the process number that it tells its clients.
    func findOutWhetherPooled(_ deadline: Deadline) throws(PostgresError) {
        let statement = Statement("connect", sql: PackageResources.backend_process_sql)
        let result = try run(statement, deadline: deadline)
        let process = result.withValue(row: 0, column: 0) { BinaryReader.integer($0, byteCount: 4) } ?? nil
        isPooled = unsafe process != Int64(PQbackendPID(connection))
    }

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
        try sendSimply(script, deadline)
        try finish(script, deadline)
        guard isUsable else { throw lost(script) }
    }

    /// Sends in the simple protocol, without parameters.
    func sendSimply(_ script: Statement, _ deadline: Deadline) throws(PostgresError) {
        prepareToSend(script)
        let terminated = script.sql + [0]
        let sent = unsafe terminated.withUnsafeBytes { bytes in
            unsafe PQsendQuery(connection, bytes.assumingMemoryBound(to: CChar.self).baseAddress)
        }
        guard isUsable, sent == 1 else { throw lost(script) }
        mayHaveRun = true
        try flush(script, deadline)
    }

    private func prepareToSend(_ statement: Statement) {
        mayHaveRun = false
        let state = unsafe PQtransactionStatus(connection)
        ownsBackend = (state == PQTRANS_INTRANS || state == PQTRANS_INERROR) && !statement.endsTransaction
    }

    func send(_ statement: Statement, _ deadline: Deadline) throws(PostgresError) {
        prepareToSend(statement)
        let encoded = try statement.encodedParameters()
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
    ///
    /// Behind a pooler the backend may serve somebody else the moment our statement ends, and the request
    /// would stop theirs: there only an open transaction, which keeps the backend ours, is cancelled.
    func abandon() {
        isAbandoned = true
        let deadline = Deadline(after: Self.grace)
        guard isUsableForCancel, let request = unsafe CancelRequest(for: connection), request.send(until: deadline)
        else { return }
        isAbandoned = false
        wasStopped = false
        // A request that stopped nothing may still be on its way.
        isAbandoned = !drain(deadline) || (!wasStopped && (isPooled || !ownsBackend))
    }

    private var isUsableForCancel: Bool {
        unsafe PQstatus(connection) == CONNECTION_OK && (ownsBackend || !isPooled)
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
                    unsafe _ = PQflush(connection)
                    SocketWait.sleep(milliseconds: 2)
                }
            }
            guard let result = unsafe PQgetResult(connection) else { return isUsable }
            let handle = unsafe ResultHandle(result)
            if handle.isStopped { wasStopped = true }
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
