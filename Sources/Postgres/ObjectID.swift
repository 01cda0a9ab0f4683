/// Types as the server numbers them: fixed by PostgreSQL's `pg_type.dat`.
enum ObjectID {
    static let unspecified: UInt32 = 0
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let timestamptz: UInt32 = 1184
    static let interval: UInt32 = 1186
    static let numeric: UInt32 = 1700
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802

    static let boolArray: UInt32 = 1000
    static let byteaArray: UInt32 = 1001
    static let int4Array: UInt32 = 1007
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let timestamptzArray: UInt32 = 1185
    static let uuidArray: UInt32 = 2951

    /// Types whose binary form is their text: char, name, text, json, bpchar, varchar, unknown and
    /// whatever a schema defines itself (an enumeration's binary form is its label).
    static func isTextual(_ type: UInt32) -> Bool {
        [18, 19, text, 114, 705, 1042, 1043].contains(type) || type >= 16_384
    }
}
