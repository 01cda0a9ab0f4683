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
        var text = ""
        append(value, to: &text)
        return text
    }

    private static func append(_ value: Value, to text: inout String) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += value.isFinite ? String(value) : "null"
        case .string(let value): append(quoted: value, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                append(element, to: &text)
            }
            text += "]"
        case .object(let fields):
            text += "{"
            for (index, field) in fields.enumerated() {
                if index > 0 { text += "," }
                append(quoted: field.0, to: &text)
                text += ":"
                append(field.1, to: &text)
            }
            text += "}"
        }
    }

    private static func append(quoted text: String, to result: inout String) {
        result += "\""
        if text.utf8.allSatisfy(isPlain) {
            result += text
        } else {
            for scalar in text.unicodeScalars { append(scalar, to: &result) }
        }
        result += "\""
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Escape sequences would act on a terminal, and U+2028 breaks lines in some readers.
    private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
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
