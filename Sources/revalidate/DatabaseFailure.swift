import Batch
import Postgres

extension JobFailure {
    /// What a database error means for the whole run. Names of statements and codes only.
    init(_ error: PostgresError) {
        let place: LogMessage = "\(PlaceName(error.operation)): \(PlaceName(error.kind.rawValue)) "
        let message: LogMessage = "the database failed at \(place)\(PlaceName(error.sqlState ?? ""))"
        switch error.kind {
        case .connectionLost, .unavailable, .retryTransaction, .timeout, .cancelled, .commitUnknown, .readOnly:
            self.init(.unavailable, message, next: "run again; what was settled stays settled")
        case .notPermitted:
            self.init(.notPermitted, message, next: "apply jobs/sql/roles.sql and run as byok_revalidate")
        case .tlsNotVerifiable:
            self.init(
                .notPermitted, "the database's certificate does not prove it",
                next: "set sslmode=verify-full and sslrootcert")
        case .malformedSettings:
            self.init(.misconfigured, message, next: "set DATABASE_URL or the PG variables right")
        case .syntaxOrSchema:
            self.init(.misconfigured, message, next: "bring the schema up to date with byok migrate")
        case .raised where error.sqlState == "BK001":
            self.init(.leaseHeld, "another run has taken the lease over", next: "run again when it has ended")
        case .constraint, .invalidValue, .raised, .unexpectedResult, .other:
            self.init(.broken, message, next: "this is a fault of the program: report it")
        }
    }
}
