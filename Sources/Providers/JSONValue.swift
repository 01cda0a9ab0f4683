import FoundationEssentials

/// JSON of any shape. Numbers that no `Int` holds keep only that they are numbers: no rule needs more.
enum JSONValue: Equatable, Sendable {
    case null, otherNumber
    case bool(Bool)
    case integer(Int)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Nil when the bytes are not JSON, are larger than 64 KiB or nested deeper than 64.
    init?(_ bytes: [UInt8]) {
        let body = JSONText.body(of: bytes)
        guard !body.isEmpty, JSONText.isShallow(body) else { return nil }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else { return nil }
        self = value
    }

    subscript(path: [String]) -> JSONValue? {
        path.reduce(Optional(self)) { value, name in
            guard case .object(let members)? = value else { return nil }
            return members[name]
        }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let members = try? container.decode([String: JSONValue].self) {
            self = .object(members)
        } else if let elements = try? container.decode([JSONValue].self) {
            self = .array(elements)
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else {
            self = .otherNumber
        }
    }
}

/// Looks at JSON before it is parsed.
enum JSONText {
    static let maximumByteCount = 65_536
    static let maximumDepth = 64

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Without byte order mark and the blank lines that DeepSeek sends while a request queues.
    static func body(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        let marked = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        return marked.drop(while: isBlank)
    }

    /// A parser that recurses must not meet ten thousand brackets.
    static func isShallow(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= maximumByteCount else { return false }
        var depth = 0
        var inText = false
        var escaped = false
        for byte in bytes {
            if escaped {
                escaped = false
            } else if inText {
                escaped = byte == UInt8(ascii: "\\")
                if byte == UInt8(ascii: "\"") { inText = false }
            } else if byte == UInt8(ascii: "\"") {
                inText = true
            } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
                depth += 1
                if depth > maximumDepth { return false }
            } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
                depth -= 1
            }
        }
        return true
    }
}
