public import FoundationEssentials
public import System

/// Reads that refuse NULL.
extension Row {
    public func int(_ column: String) throws(PostgresError) -> Int { try required(optionalInt(column), column) }

    public func bool(_ column: String) throws(PostgresError) -> Bool { try required(optionalBool(column), column) }

    public func text(_ column: String) throws(PostgresError) -> String { try required(optionalText(column), column) }

    public func uuid(_ column: String) throws(PostgresError) -> UUID { try required(optionalUUID(column), column) }

    public func bytes(_ column: String) throws(PostgresError) -> [UInt8] {
        try required(optionalBytes(column), column)
    }

    public func timestamp(_ column: String) throws(PostgresError) -> Timestamp {
        try required(optionalTimestamp(column), column)
    }

    public func double(_ column: String) throws(PostgresError) -> Double {
        try required(optionalDouble(column), column)
    }

    /// Lends the bytes of a bytea without copying them.
    public func withBytes<Value>(
        _ column: String, _ body: (Span<UInt8>) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        guard let found = columns.byName[column], found.type == ObjectID.bytea else { throw unreadable(column) }
        return try required(result.withValue(row: index, column: found.index, body), column)
    }
}

/// Arrays of one dimension; an element may be NULL.
extension Row {
    /// integer[] or bigint[].
    public func ints(_ column: String) throws(PostgresError) -> [Int?] {
        let isShort = columns.byName[column]?.type == ObjectID.int4Array
        return try array(
            column, isShort ? ObjectID.int4Array : ObjectID.int8Array, isShort ? ObjectID.int4 : ObjectID.int8
        ) {
            BinaryReader.integer($0, byteCount: $0.count).map(Int.init)
        }
    }

    public func texts(_ column: String) throws(PostgresError) -> [String?] {
        try array(column, ObjectID.textArray, ObjectID.text, BinaryReader.text)
    }

    public func uuids(_ column: String) throws(PostgresError) -> [UUID?] {
        try array(column, ObjectID.uuidArray, ObjectID.uuid, BinaryReader.uuid)
    }

    public func bools(_ column: String) throws(PostgresError) -> [Bool?] {
        try array(column, ObjectID.boolArray, ObjectID.bool) { $0.count == 1 ? $0[0] != 0 : nil }
    }

    public func byteas(_ column: String) throws(PostgresError) -> [[UInt8]?] {
        try array(column, ObjectID.byteaArray, ObjectID.bytea, BinaryReader.bytes)
    }

    public func timestamps(_ column: String) throws(PostgresError) -> [Timestamp?] {
        try array(column, ObjectID.timestamptzArray, ObjectID.timestamptz, BinaryReader.timestamp)
    }

    private func array<Element>(
        _ column: String, _ type: UInt32, _ element: UInt32, _ read: (Span<UInt8>) -> Element?
    ) throws(PostgresError) -> [Element?] {
        let elements: [Element?]?? = try self.read(column) { bytes, found in
            found == type ? BinaryReader.array(bytes, of: element, read) : nil
        }
        return try required(elements ?? nil, column)
    }
}
