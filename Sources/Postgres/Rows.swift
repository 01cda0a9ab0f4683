/// The rows that a query answered, all in memory.
public struct Rows: RandomAccessCollection, Sendable {
    private let result: ResultHandle
    private let columns: Columns
    public let startIndex = 0
    public let endIndex: Int

    init(_ result: ResultHandle) {
        self.result = result
        self.columns = result.columns()
        self.endIndex = result.rowCount
    }

    public subscript(position: Int) -> Row {
        precondition(position >= 0 && position < endIndex, "row out of range")
        return Row(result: result, columns: columns, index: position)
    }

    /// The row of a query that always has exactly one.
    public func single() throws(PostgresError) -> Row {
        guard count == 1 else { throw PostgresError(.unexpectedResult, operation: "read single row") }
        return self[0]
    }
}
