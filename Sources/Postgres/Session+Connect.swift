internal import CPostgres
internal import Glibc
import Secrets
import System

extension Session {
    /// One attempt to connect, within `limit`.
    static func connect(_ settings: ConnectionSettings, limit: Duration) throws(PostgresError) -> Session {
        let started = unsafe withKeywords(settings.parameters) { keywords, values in
            unsafe PQconnectStartParams(keywords, values, 0)
        }
        guard let started = unsafe started else {
            throw PostgresError(.unavailable, operation: "connect", name: settings.server)
        }
        let session = unsafe Session(started)
        // An error then reads as its SQLSTATE, without the server's words.
        unsafe PQsetErrorVerbosity(started, PQERRORS_SQLSTATE)
        // Notices may quote values.
        unsafe PQsetNoticeReceiver(started, { _, _ in }, nil)
        let deadline = Deadline(after: limit)
        try session.finishConnecting(settings, deadline)
        unsafe PQsetnonblocking(started, 1)
        do throws(PostgresError) { try session.findOutWhetherPooled(deadline) } catch {
            // A pooler lets us in although its server is away.
            throw session.failure(error.kind == .cancelled ? .cancelled : .unavailable, settings, error.sqlState)
        }
        return session
    }

    private func finishConnecting(_ settings: ConnectionSettings, _ deadline: Deadline) throws(PostgresError) {
        var step = PGRES_POLLING_WRITING
        while step != PGRES_POLLING_OK {
            guard step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING, socket >= 0 else {
                throw connectFailure(settings)
            }
            switch SocketWait.wait(socket, exactlyWriting: step == PGRES_POLLING_WRITING, until: deadline) {
            case .ready: step = unsafe PQconnectPoll(connection)
            case .deadline: throw failure(.unavailable, settings, because: .noAnswer)
            case .cancelled: throw failure(.cancelled, settings)
            }
        }
    }

    /// libpq keeps no SQLSTATE of a refused connection, so its text is examined, and dropped.
    private func connectFailure(_ settings: ConnectionSettings) -> PostgresError {
        let text = unsafe String(cString: PQerrorMessage(connection))
        let lastWord = text.split { $0 == " " || $0 == "\n" }.last.map(String.init) ?? ""
        let isState =
            lastWord.utf8.count == 5 && lastWord.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
        guard !isState else { return failure(Self.connectKind(lastWord), settings, lastWord) }
        let cause = FailedConnection.Cause(libpq: text)
        // A server that goes away during the handshake is no refusal.
        let isRefusal = !text.contains("unexpected eof")
        if isRefusal, ["certificate", "does not support SSL", "SSL error:"].contains(where: text.contains) {
            return failure(.tlsNotVerifiable, settings, because: cause ?? .unprovedCertificate)
        }
        if text.contains("password") { return failure(.notPermitted, settings, because: .noPassword) }
        return failure(.unavailable, settings, because: cause)
    }

    private static func connectKind(_ state: String) -> PostgresError.Kind {
        switch SQLState.kind(of: state) {
        case .notPermitted: .notPermitted
        case .syntaxOrSchema, .invalidValue: .malformedSettings
        default: .unavailable
        }
    }

    private func failure(
        _ kind: PostgresError.Kind, _ settings: ConnectionSettings, _ state: String? = nil,
        because cause: FailedConnection.Cause? = nil
    ) -> PostgresError {
        // libpq knows the names it took for those that nobody set, such as the system's user.
        let role = unsafe PQuser(connection).map { unsafe String(cString: $0) }
        let database = unsafe PQdb(connection).map { unsafe String(cString: $0) }
        let failed = FailedConnection(
            server: settings.server, database: settings.database ?? database ?? "",
            role: settings.user ?? role ?? "", cause: cause)
        return PostgresError(kind, operation: "connect", sqlState: state, connection: failed)
    }

    private static func withKeywords<Result>(
        _ parameters: ConnectionParameters,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        var pairs = unsafe parameters.values.map { unsafe (strdup($0.key), strdup($0.value)) }
        if let password = parameters.password {
            unsafe pairs.append((strdup("password"), copy(of: password.bytes)))
        }
        defer {
            for unsafe(keyword, value) in unsafe pairs {
                if let value = unsafe value { unsafe explicit_bzero(value, strlen(value)) }
                unsafe free(keyword)
                unsafe free(value)
            }
        }
        let keywords = unsafe pairs.map { unsafe UnsafePointer($0.0) } + [nil]
        let values = unsafe pairs.map { unsafe UnsafePointer($0.1) } + [nil]
        return unsafe body(keywords, values)
    }

    private static func copy(of secret: borrowing SecretBytes) -> UnsafeMutablePointer<CChar>? {
        let copy = unsafe calloc(secret.byteCount &+ 1, 1)?.assumingMemoryBound(to: CChar.self)
        guard let copy = unsafe copy else { return nil }
        secret.withBytes { bytes in
            for index in bytes.indices { unsafe copy[index] = CChar(bitPattern: bytes[index]) }
        }
        return unsafe copy
    }
}
