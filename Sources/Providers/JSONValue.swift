import FoundationEssentials

/// A JSON text of any shape, read only where a rule looks: lists of models are long, and no rule looks into one.
struct JSONValue {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private let decoder: any Decoder
    private let members: KeyedDecodingContainer<Name>?

    /// Nil when the bytes are not JSON, are larger than 64 KiB or nested deeper than 64.
    init?(_ bytes: [UInt8]) {
        let body = UnparsedJSON.body(of: bytes)
        guard !body.isEmpty, UnparsedJSON.isShallow(body) else { return nil }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else { return nil }
        self = value
    }

    subscript(path: [String]) -> JSONValue? {
        path.reduce(Optional(self)) { value, name in value?.member(Name(stringValue: name)) }
    }

    private func member(_ name: Name) -> JSONValue? {
        guard let members, members.contains(name) else { return nil }
        return (try? members.superDecoder(forKey: name)).map { JSONValue(from: $0) }
    }

    var text: String? { single(String.self) }
    var bool: Bool? { single(Bool.self) }
    var integer: Int? { single(Int.self) }
    var isArray: Bool { (try? decoder.unkeyedContainer()) != nil }

    var elements: [JSONValue]? {
        guard var container = try? decoder.unkeyedContainer() else { return nil }
        var elements: [JSONValue] = []
        while !container.isAtEnd, let element = try? container.superDecoder() {
            elements.append(JSONValue(from: element))
        }
        return elements
    }

    private func single<Value: Decodable>(_ type: Value.Type) -> Value? {
        try? decoder.singleValueContainer().decode(type)
    }
}

/// Foundation lets a decoder outlive the decoding: it then keeps the text.
extension JSONValue: Decodable {
    init(from decoder: any Decoder) {
        self.decoder = decoder
        members = try? decoder.container(keyedBy: Name.self)
    }
}

/// Looks at JSON before it is parsed.
enum UnparsedJSON {
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
