internal import CPostgres

/// Owns one PGresult, which nothing changes after libpq has made it.
// Immutable, so reading from any thread is safe.
@safe final class ResultHandle: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe PQclear(pointer) }

    var status: ExecStatusType { unsafe PQresultStatus(pointer) }
    var rowCount: Int { Int(unsafe PQntuples(pointer)) }
    var command: String { unsafe String(cString: PQcmdStatus(pointer)) }

    /// Rows that an INSERT, UPDATE, DELETE, SELECT or COPY touched; 0 for anything else.
    var affectedRowCount: Int { Int(unsafe String(cString: PQcmdTuples(pointer))) ?? 0 }

    func field(_ code: Int32) -> String? {
        unsafe PQresultErrorField(pointer, code).map { unsafe String(cString: $0) }
    }

    var isStopped: Bool { field(Int32(postgres_field_sqlstate)) == "57014" }

    func columns() -> Columns {
        var columns: [String: Columns.Column] = [:]
        for index in 0..<(unsafe PQnfields(pointer)) {
            guard let name = unsafe PQfname(pointer, index) else { continue }
            columns[unsafe String(cString: name)] = Columns.Column(
                index: index, type: unsafe PQftype(pointer, index), isBinary: unsafe PQfformat(pointer, index) == 1)
        }
        return Columns(byName: columns)
    }

    /// `body` gets the value's bytes, or `nil` for NULL.
    func withValue<Value, Failure: Error>(
        row: Int, column: Int32, _ body: (Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value? {
        let row = Int32(truncatingIfNeeded: row)
        guard unsafe PQgetisnull(pointer, row, column) == 0, let value = unsafe PQgetvalue(pointer, row, column) else {
            return nil
        }
        let raw = unsafe UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(pointer, row, column)))
        let bytes = unsafe raw.bindMemory(to: UInt8.self)
        return try unsafe body(bytes.span)
    }
}

/// The columns of a result, looked up by name; shared by all its rows.
struct Columns: Sendable {
    struct Column: Sendable {
        let index: Int32
        let type: UInt32
        let isBinary: Bool
    }

    let byName: [String: Column]
}
