/// JSON that keeps the order its fields are given in.
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

    public enum Layout: Sendable {
        /// What people read, and scripts cut: no blank between.
        case line
        /// A value a line, as in a report that is kept and compared.
        case indented
    }

    public static func write(_ value: Value) -> String { String(decoding: bytes(of: value), as: UTF8.self) }

    /// UTF-8, no line end behind the last bracket.
    public static func bytes(of value: Value, _ layout: Layout = .line) -> [UInt8] {
        var writer = JSONTextWriter(layout)
        writer.append(value)
        return writer.bytes
    }
}

private struct JSONTextWriter {
    private(set) var bytes: [UInt8] = []
    private let isIndented: Bool
    private var depth = 0

    init(_ layout: JSONText.Layout) { isIndented = layout == .indented }

    mutating func append(_ value: JSONText.Value) {
        switch value {
        case .null: put("null")
        case .bool(let value): put(value ? "true" : "false")
        case .integer(let value): put(String(value))
        case .number(let value): put(value.isFinite ? String(value) : "null")
        case .string(let value): append(quoted: value)
        case .array(let elements):
            open("[")
            for (index, element) in elements.enumerated() {
                begin(index)
                append(element)
            }
            close("]")
        case .object(let fields):
            open("{")
            for (index, (name, value)) in fields.enumerated() {
                begin(index)
                append(quoted: name)
                put(isIndented ? " : " : ":")
                append(value)
            }
            close("}")
        }
    }

    private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func open(_ bracket: String) {
        put(bracket)
        depth += 1
        if isIndented { put("\n") }
    }

    private mutating func begin(_ index: Int) {
        if index > 0 { put(isIndented ? ",\n" : ",") }
        if isIndented { indent() }
    }

    private mutating func close(_ bracket: String) {
        depth -= 1
        if isIndented {
            put("\n")
            indent()
        }
        put(bracket)
    }

    private mutating func indent() { bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth)) }

    private mutating func append(quoted text: String) {
        put("\"")
        if Self.isPlain(text.utf8.span) {
            put(text)
        } else {
            for scalar in text.unicodeScalars { append(scalar) }
        }
        put("\"")
    }

    /// Whether nothing needs an escape. Seen through to the end, so that many bytes are looked at at once.
    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        var isPlain = true
        for index in 0..<text.count {
            let byte = text[index]
            isPlain = isPlain && byte &- 0x20 < 0x5F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
        return isPlain
    }

    /// Escape sequences would act on a terminal, and U+2028 breaks lines in some readers.
    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": put("\\\"")
        case "\\": put("\\\\")
        case "\n": put("\\n")
        case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
            let digits = String(scalar.value, radix: 16)
            put("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        default: put(String(scalar))
        }
    }
}
