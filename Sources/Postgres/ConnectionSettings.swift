internal import Glibc
public import Secrets

/// Which database, and how patiently.
///
/// The server's certificate must verify (`sslmode=verify-full`) unless the server is reached
/// through a socket or a loopback address. A mode that the operator writes down there holds too.
public struct ConnectionSettings: Sendable, CustomStringConvertible, CustomReflectable {
    var parameters = ConnectionParameters()

    /// How long connecting and reconnecting may take, all attempts together.
    public var reconnectBudget: Duration = .seconds(30)

    /// How long a statement may run; a streamed one, how long the server may say nothing.
    public var statementDeadline: Duration = .seconds(60)

    /// From `DATABASE_URL` (a URI or `keyword=value`) in `variables`, and `PG*` for what it does not say.
    public init(
        variables: [String: String], applicationName: String = "byok", allowUnverifiedTLS: Bool = false
    ) throws(PostgresError) {
        try parameters.take { variables[$0] }
        if let text = variables["DATABASE_URL"], !text.isEmpty {
            try parameters.take(connectionString: Array(text.utf8).span)
        }
        try complete(applicationName, allowUnverifiedTLS)
    }

    /// From this process's environment. `databaseURL` is what `SecretSource.read("DATABASE_URL")` gave and
    /// `password` what `SecretSource.read("PGPASSWORD")` gave; one inside the URL comes first.
    public init(
        databaseURL: borrowing SecretBytes?, password: borrowing SecretBytes?, applicationName: String = "byok",
        allowUnverifiedTLS: Bool = false
    ) throws(PostgresError) {
        try parameters.take { name in
            guard name != "PGPASSWORD" else { return nil }
            return unsafe getenv(name).map { value in unsafe String(cString: value) }
        }
        switch password {
        case .some(let password): parameters.take(password: password)
        case .none: break
        }
        switch databaseURL {
        case .some(let text):
            try text.withBytes { bytes throws(PostgresError) in try parameters.take(connectionString: bytes) }
        case .none: break
        }
        try complete(applicationName, allowUnverifiedTLS)
    }

    /// Host and port, or the socket's folder; for messages.
    public var server: String {
        if let service = parameters["service"], parameters["host"] == nil { return "service \(service)" }
        let host = parameters["host"] ?? parameters["hostaddr"] ?? "local socket"
        return host + ":" + (parameters["port"] ?? "5432")
    }

    /// How sure we are whom we talk to.
    public enum Transport: String, Sendable, CaseIterable {
        /// A socket or a loopback address: nobody else can listen.
        case local
        /// The server's certificate must verify.
        case verified
        /// The operator accepted any server.
        case unverified
    }

    public var transport: Transport {
        if TransportSecurity.isLocal(parameters) { return .local }
        return parameters["sslmode"] == "verify-full" ? .verified : .unverified
    }

    public var database: String? { parameters["dbname"] }
    public var user: String? { parameters["user"] }
    public var description: String { server }
    public var customMirror: Mirror { Mirror(self, children: ["server": server]) }

    private mutating func complete(_ applicationName: String, _ allowUnverifiedTLS: Bool) throws(PostgresError) {
        try parameters.expectNames()
        parameters["application_name"] = parameters["application_name"] ?? applicationName
        parameters["client_encoding"] = "UTF8"
        parameters["gssencmode"] = parameters["gssencmode"] ?? "disable"
        let defaults = [
            "keepalives": "1", "keepalives_idle": "15", "keepalives_interval": "5", "keepalives_count": "3",
            "tcp_user_timeout": "20000",
        ]
        for (keyword, value) in defaults { parameters[keyword] = parameters[keyword] ?? value }
        let mode = TransportSecurity(parameters: parameters, allowUnverified: allowUnverifiedTLS)
        guard let mode else {
            throw PostgresError(.tlsNotVerifiable, operation: "read settings", name: "sslmode")
        }
        parameters["sslmode"] = mode.sslMode
    }
}
