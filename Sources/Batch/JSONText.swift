/// JSON that keeps the order its fields are given in, one line: what people read, and scripts cut.
public enum JSONText {
    public indirect enum Value: Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        case number(Double)
        case string(String)
        case array([Value])
        case object([(String, Value)])
    }

    public static func write(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? String(value) : "null"
        case .string(let value): quoted(value)
        case .array(let elements): "[" + elements.map(write).joined(separator: ",") + "]"
        case .object(let fields):
            "{" + fields.map { quoted($0.0) + ":" + write($0.1) }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: append(scalar, to: &result)
            }
        }
        return result + "\""
    }

    /// Escape sequences would act on a terminal, and U+2028 breaks lines in some readers.
    private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
        let isPlain =
            scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
            && !(0x2028...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
        guard !isPlain else { return result.unicodeScalars.append(scalar) }
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension LogValue {
    var json: JSONText.Value {
        switch self {
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .bool(let value): .bool(value)
        case .text(let value): .string(value)
        }
    }
}
