public import Postgres

extension JobFailure: PostgresFailure {
    /// Says the operation and the server's code; a row's values are not in the error to begin with.
    public init(_ error: PostgresError) {
        let place = PlaceName(error.description)
        switch error.kind {
        case .connectionLost, .unavailable, .retryTransaction, .timeout, .cancelled:
            self.init(.unavailable, "the database did not answer: \(place)", next: "run again")
        case .commitUnknown:
            self.init(
                .unavailable, "the connection broke before the database confirmed: \(place)",
                next: "run again: what was done is found and not repeated")
        case .notPermitted, .readOnly:
            self.init(
                .notPermitted, "the database refused: \(place)",
                next: "check the user and its rights (jobs/sql/roles.sql)")
        case .tlsNotVerifiable:
            self.init(
                .notPermitted, "the database server's certificate cannot be verified",
                next: "use sslmode=verify-full with the right sslrootcert")
        case .malformedSettings:
            self.init(.misconfigured, "the database settings are malformed: \(place)", next: "see DATABASE_URL and PG*")
        case .syntaxOrSchema:
            self.init(
                .misconfigured, "the database or its schema is missing or of another release: \(place)",
                next: "run byok migrate")
        case .raised:
            self.init(Self.outcome(ofRaised: error.sqlState), "the schema refused: \(place)")
        case .constraint, .invalidValue, .unexpectedResult, .other:
            self.init(.broken, "the database answered what it must not: \(place)", next: "report this")
        }
    }

    /// The schema's own refusals: a stale lease is another run's, a caller who is not the operator has no right, and a
    /// wrong state is a setting's fault.
    private static func outcome(ofRaised state: String?) -> Outcome {
        switch state {
        case "BK001": .leaseHeld
        case "BK004": .notPermitted
        default: .misconfigured
        }
    }
}
