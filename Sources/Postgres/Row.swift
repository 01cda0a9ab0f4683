public import FoundationEssentials
public import System

/// One row of a result, read by column name.
///
/// A plain read refuses NULL; the twin whose name starts with `optional` gives `nil` for it.
/// Both throw `.unexpectedResult` for a column that is missing or of another type.
public struct Row: Sendable {
    let result: ResultHandle
    let columns: Columns
    let index: Int

    public func isNull(_ column: String) throws(PostgresError) -> Bool {
        try read(column) { _, _ in true } == nil
    }

    /// smallint, integer, bigint or oid.
    public func optionalInt(_ column: String) throws(PostgresError) -> Int? {
        try read(column) { bytes, type in
            switch type {
            case ObjectID.int2, ObjectID.int4, ObjectID.int8:
                BinaryReader.integer(bytes, byteCount: bytes.count).map(Int.init)
            case ObjectID.oid: BinaryReader.integer(bytes, byteCount: 4).map { Int(UInt32(truncatingIfNeeded: $0)) }
            default: nil
            }
        }
    }

    public func optionalBool(_ column: String) throws(PostgresError) -> Bool? {
        try read(column) { bytes, type in
            type == ObjectID.bool && bytes.count == 1 ? bytes[0] != 0 : nil
        }
    }

    /// Text, varchar, name, an enumeration, json, jsonb, or numeric in exact decimal digits.
    public func optionalText(_ column: String) throws(PostgresError) -> String? {
        try read(column) { bytes, type in
            switch type {
            case ObjectID.numeric: NumericText.decode(bytes)
            case ObjectID.jsonb where bytes.count > 0: BinaryReader.text(bytes.extracting(1...))
            default: ObjectID.isTextual(type) ? BinaryReader.text(bytes) : nil
            }
        }
    }

    public func optionalUUID(_ column: String) throws(PostgresError) -> UUID? {
        try read(column) { bytes, type in type == ObjectID.uuid ? BinaryReader.uuid(bytes) : nil }
    }

    public func optionalBytes(_ column: String) throws(PostgresError) -> [UInt8]? {
        try read(column) { bytes, type in type == ObjectID.bytea ? BinaryReader.bytes(bytes) : nil }
    }

    /// timestamptz only: a timestamp without zone is no moment, and neither is infinity.
    public func optionalTimestamp(_ column: String) throws(PostgresError) -> Timestamp? {
        try read(column) { bytes, type in type == ObjectID.timestamptz ? BinaryReader.timestamp(bytes) : nil }
    }

    /// real or double precision.
    public func optionalDouble(_ column: String) throws(PostgresError) -> Double? {
        try read(column) { bytes, type in
            switch type {
            case ObjectID.float8:
                BinaryReader.integer(bytes, byteCount: 8).map { Double(bitPattern: UInt64(bitPattern: $0)) }
            case ObjectID.float4:
                BinaryReader.integer(bytes, byteCount: 4).map {
                    Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0)))
                }
            default: nil
            }
        }
    }

    /// Reads one value; `decode` gives `nil` for bytes or a type that it does not take.
    func read<Value>(
        _ name: String, _ decode: (Span<UInt8>, UInt32) -> Value?
    ) throws(PostgresError) -> Value? {
        guard let column = columns.byName[name], column.isBinary else { throw unreadable(name) }
        return try result.withValue(row: index, column: column.index) { bytes throws(PostgresError) in
            guard let value = decode(bytes, column.type) else { throw unreadable(name) }
            return value
        }
    }

    func unreadable(_ column: String) -> PostgresError {
        PostgresError(.unexpectedResult, operation: "read column", name: column)
    }

    func required<Value>(_ value: Value?, _ column: String) throws(PostgresError) -> Value {
        guard let value else { throw unreadable(column) }
        return value
    }
}
