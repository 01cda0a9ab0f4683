/// One SQL statement with its values.
public struct Statement: Sendable {
    let operation: String
    let sql: [UInt8]
    let parameters: [Parameter]
    let deadline: Duration?
    let isIdempotent: Bool
    private var encodedAhead: [EncodedParameter]?

    /// `name` is what an error says. `deadline` overrides the connection's.
    ///
    /// An `idempotent` statement may run twice without harm: outside a transaction it is sent
    /// again after a lost connection. Any other one then ends as `.commitUnknown`.
    public init(
        _ name: StaticString, sql: [UInt8], _ parameters: [Parameter] = [], deadline: Duration? = nil,
        idempotent: Bool = false
    ) {
        self.operation = name.description
        self.sql = sql
        self.parameters = parameters
        self.deadline = deadline
        self.isIdempotent = idempotent
    }

    public init(
        _ name: StaticString, sql: String, _ parameters: [Parameter] = [], deadline: Duration? = nil,
        idempotent: Bool = false
    ) {
        self.init(name, sql: Array(sql.utf8), parameters, deadline: deadline, idempotent: idempotent)
    }

    /// The same with its values in the form they travel in: made while the connection is busy with another one.
    public func encoded() throws(PostgresError) -> Statement {
        var copy = self
        copy.encodedAhead = try encodedParameters()
        return copy
    }

    func encodedParameters() throws(PostgresError) -> [EncodedParameter] {
        if let encodedAhead { return encodedAhead }
        return try parameters.map { parameter throws(PostgresError) in
            guard let value = EncodedParameter(parameter) else { throw failure(.invalidValue, sqlState: "22021") }
            return value
        }
    }

    /// A pooler takes its connection back after one of these.
    var endsTransaction: Bool { sql == Array("COMMIT".utf8) || sql == Array("ROLLBACK".utf8) }

    func failure(_ kind: PostgresError.Kind, sqlState: String? = nil, name: String? = nil) -> PostgresError {
        PostgresError(kind, operation: operation, sqlState: sqlState, name: name)
    }
}
