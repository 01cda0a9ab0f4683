internal import CPostgres

extension PostgresError {
    /// Reads codes and object names of a failed result and nothing else.
    init(_ result: ResultHandle, _ statement: Statement, isUsable: Bool) {
        let state = result.field(Self.sqlStateField)
        self.init(
            state.map(SQLState.kind) ?? (isUsable ? .other : .connectionLost), operation: statement.operation,
            sqlState: state, name: result.field(Self.constraintField) ?? result.field(Self.columnField),
            table: result.field(Self.tableField))
    }

    private static let sqlStateField = Int32(postgres_field_sqlstate)
    private static let constraintField = Int32(postgres_field_constraint)
    private static let columnField = Int32(postgres_field_column)
    private static let tableField = Int32(postgres_field_table)
}
