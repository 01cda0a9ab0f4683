import FoundationEssentials
import System

/// A parameter as it travels.
struct EncodedParameter {
    let type: UInt32
    /// `nil` is NULL. Text ends in a zero byte.
    let bytes: [UInt8]?
    let isBinary: Bool

    init?(_ parameter: Parameter) {
        switch parameter {
        case .null: self.init(text: nil)
        case .int(let value): self.init(text: value.map(String.init))
        case .text(let value), .json(let value):
            if let value, value.utf8.contains(0) { return nil }
            self.init(text: value)
        case .bool(let value): self.init(ObjectID.bool, value) { $0.append($1 ? UInt8(1) : 0) }
        case .uuid(let value): self.init(ObjectID.uuid, value) { $0.append($1) }
        case .bytes(let value): self.init(ObjectID.bytea, binary: value)
        case .timestamp(let value): self.init(ObjectID.timestamptz, value) { $0.append($1) }
        case .interval(let value): self.init(ObjectID.interval, value) { $0.append($1) }
        default: self.init(array: parameter)
        }
    }

    private init(array parameter: Parameter) {
        var writer = BinaryWriter()
        switch parameter {
        case .bools(let values):
            writer.appendArray(values, of: ObjectID.bool) { $0.append($1 ? UInt8(1) : 0) }
            self.init(ObjectID.boolArray, binary: writer.bytes)
        case .ints(let values):
            writer.appendArray(values, of: ObjectID.int8) { $0.append(Int64($1)) }
            self.init(ObjectID.int8Array, binary: writer.bytes)
        case .texts(let values):
            writer.appendArray(values, of: ObjectID.text) { $0.append(raw: $1.utf8) }
            self.init(ObjectID.textArray, binary: writer.bytes)
        case .uuids(let values):
            writer.appendArray(values, of: ObjectID.uuid) { $0.append($1) }
            self.init(ObjectID.uuidArray, binary: writer.bytes)
        case .byteas(let values):
            writer.appendArray(values, of: ObjectID.bytea) { $0.append(raw: $1) }
            self.init(ObjectID.byteaArray, binary: writer.bytes)
        case .timestamps(let values):
            writer.appendArray(values, of: ObjectID.timestamptz) { $0.append($1) }
            self.init(ObjectID.timestamptzArray, binary: writer.bytes)
        default: self.init(text: nil)
        }
    }

    private init(text: String?) {
        type = ObjectID.unspecified
        bytes = text.map { Array($0.utf8) + [0] }
        isBinary = false
    }

    private init(_ type: UInt32, binary: [UInt8]?) {
        self.type = type
        bytes = binary
        isBinary = true
    }

    private init<Value>(_ type: UInt32, _ value: Value?, _ append: (inout BinaryWriter, Value) -> Void) {
        var writer = BinaryWriter()
        if let value { append(&writer, value) }
        self.init(type, binary: value == nil ? nil : writer.bytes)
    }
}
