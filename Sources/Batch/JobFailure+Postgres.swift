public import Postgres

extension JobFailure: PostgresFailure {
    /// Says the operation and the server's code; a row's values are not in the error to begin with.
    public init(_ error: PostgresError) {
        if let connection = error.connection {
            self.init(connection, error)
            return
        }
        let place = PlaceName(error.place)
        switch error.kind {
        case .connectionLost, .unavailable, .timeout, .retryTransaction, .cancelled, .commitUnknown:
            self.init(passing: error, place)
        case .notPermitted:
            self.init(
                .notPermitted, "this database role has no right to that: \(place)",
                next: "connect as the job's own role, and run jobs/sql/roles.sql as an administrator")
        case .readOnly:
            self.init(
                .notPermitted, "the database takes no writes: \(place)",
                next: "name the primary, not a replica, in DATABASE_URL or PGHOST")
        case .tlsNotVerifiable:
            self.init(
                .notPermitted, "sslmode does not make the database server prove who it is",
                next: "set sslmode=verify-full, and sslrootcert to the file of its authority")
        case .malformedSettings: self.init(malformed: error)
        case .syntaxOrSchema:
            self.init(
                .misconfigured, "the schema is missing or of another release: \(place)",
                next: "run byok migrate, then jobs/sql/roles.sql")
        case .raised:
            self.init(raised: error)
            raised = error.sqlState
        case .constraint, .invalidValue, .unexpectedResult, .other:
            self.init(.broken, "the database answered what it must not: \(place)", next: "report this, as it stands")
        }
    }

    /// What may be otherwise next time.
    private init(passing error: PostgresError, _ place: PlaceName) {
        switch error.kind {
        case .timeout, .retryTransaction:
            self.init(
                .unavailable, "the database did not finish in time: \(place)",
                next: "run again; if it stays so, look in pg_stat_activity for what holds the locks")
        case .cancelled: self.init(.unavailable, "stopped while the database worked: \(place)", next: "run again")
        case .commitUnknown:
            self.init(
                .unavailable, "the connection broke before the database confirmed: \(place)",
                next: "run again: what was done is found and not repeated")
        default:
            // Class 53 is that of resources.
            let isExhausted = error.sqlState?.hasPrefix("53") == true
            self.init(
                .unavailable,
                isExhausted
                    ? "the database has run out of disk, memory or connections: \(place)"
                    : "the connection to the database broke: \(place)",
                next: isExhausted ? "look at the server's log and disk; then run again" : "run again")
        }
    }

    private init(malformed error: PostgresError) {
        self.init(
            .misconfigured, "\(PlaceName(error.name ?? "a database setting")) is malformed",
            next: "write it as postgresql://role@host:5432/database; in a password @ is %40, / is %2F, % is %25")
    }

    /// The schema's own refusals, by the codes that its functions raise.
    private init(raised error: PostgresError) {
        let place = PlaceName(error.place)
        switch error.sqlState {
        case "BK001":
            self.init(
                .leaseHeld, "another run has taken over: \(place)", next: "nothing: it goes on where this one ended")
        case "BK002":
            self.init(.misconfigured, "no guard waits for approval: \(place)", next: "look at revalidate status")
        case "BK003":
            self.init(
                .misconfigured, "the current master key has no seals left: \(place)",
                next: "byok master-keys generate and register the next one, then rotate to it")
        case "BK004":
            self.init(.notPermitted, "only the operator may do this: \(place)", next: "connect as byok_operator")
        case "BK006":
            self.init(
                .misconfigured, "too many rows of this run could not be opened: \(place)",
                next: "check BYOK_MASTER_KEYS with byok doctor, before more rows are quarantined")
        default:
            self.init(
                .misconfigured, "the schema refused what does not fit its state: \(place)",
                next: "look at byok status and byok master-keys list")
        }
    }
}

extension PostgresError {
    /// The statement, the code and the object, without the kind, which is told in words.
    fileprivate var place: String {
        var text = operation
        if let sqlState { text += ", SQLSTATE \(sqlState)" }
        if let table { text += ", table \(table)" }
        if let name { text += ", \(name)" }
        return text
    }
}
