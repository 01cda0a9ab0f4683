public import Postgres

extension JobFailure {
    /// Why there is no connection: as whom, where, and what to look at first.
    init(_ failed: FailedConnection, _ error: PostgresError) {
        let (server, role) = (PlaceName(failed.server), PlaceName(failed.role))
        switch (error.kind, error.sqlState) {
        case (_, "3D000"):
            self.init(
                .misconfigured, "there is no database \(PlaceName(failed.database)) at \(server)",
                next: "create it, or correct DATABASE_URL or PGDATABASE")
        case (_, "42501"):
            self.init(
                .notPermitted, "role \(role) may not connect to database \(PlaceName(failed.database)) at \(server)",
                next: "grant it connect, or name another role")
        case (.notPermitted, let state):
            let why: LogMessage = state.map { "SQLSTATE \(PlaceName($0))" } ?? "a password is asked for, and none given"
            self.init(
                .notPermitted, "\(server) did not let role \(role) log in (\(why))",
                next: "check the role, its password (DATABASE_URL, PGPASSWORD) and the server's pg_hba.conf")
        case (.tlsNotVerifiable, _):
            let why: FailedConnection.Cause = failed.cause ?? .unprovedCertificate
            self.init(
                .notPermitted, "\(server) is not the server it should be, as far as TLS tells: \(why)",
                next: "check sslmode, and that sslrootcert is the file of its authority")
        case (.cancelled, _): self.init(.unavailable, "stopped while connecting to \(server)", next: "run again")
        case (.malformedSettings, _):
            self.init(
                .misconfigured, "\(server) refused a setting of the connection",
                next: "look at what DATABASE_URL, PGOPTIONS and the role's own settings set")
        default: self.init(unreached: server, failed.cause, error.sqlState)
        }
    }

    private init(unreached server: PlaceName, _ cause: FailedConnection.Cause?, _ state: String?) {
        let why: LogMessage =
            switch state {
            case "53300": "it has no connection left"
            case "57P03": "it is starting up or shutting down"
            case .some(let state): "SQLSTATE \(PlaceName(state))"
            case nil: cause.map { "\($0)" } ?? "it did not answer"
            }
        self.init(
            .unavailable, "no connection to the database at \(server): \(why)",
            next: "check that it runs, and host and port (DATABASE_URL, PGHOST, PGPORT); then run again")
    }
}

extension FailedConnection.Cause: Loggable {
    public var logged: LogValue { .text(rawValue) }
}
