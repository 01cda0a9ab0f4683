/// Where the fields of one line stand. Reads flat objects of strings and nothing else, byte by byte, so that no part
/// of a key gets into a parser's memory.
struct ImportFields {
    private var values: [JSONString?] = Array(repeating: nil, count: ImportField.allCases.count)

    subscript(field: ImportField) -> JSONString? { values[field.index] }

    func required(_ field: ImportField) throws(ImportFault) -> JSONString {
        guard let value = self[field] else { throw ImportFault(.missingField, field) }
        return value
    }

    /// `line` is valid UTF-8.
    init(_ line: Span<UInt8>) throws(ImportFault) {
        var cursor = Cursor()
        var seen: UInt8 = 0
        cursor.skipBlanks(line)
        guard cursor.take(UInt8(ascii: "{"), line) else {
            throw ImportFault(cursor.isAtValue(line) ? .notAnObject : .notJSON)
        }
        cursor.skipBlanks(line)
        var isClosed = cursor.take(UInt8(ascii: "}"), line)
        while !isClosed {
            let field = try cursor.fieldName(line)
            let bit = UInt8(1) << UInt8(field.index)
            guard seen & bit == 0 else { throw ImportFault(.duplicateField, field) }
            seen |= bit
            values[field.index] = try cursor.value(of: field, line)
            cursor.skipBlanks(line)
            isClosed = cursor.take(UInt8(ascii: "}"), line)
            guard isClosed || cursor.take(UInt8(ascii: ","), line) else { throw ImportFault(.notJSON) }
            if !isClosed { cursor.skipBlanks(line) }
        }
        cursor.skipBlanks(line)
        guard cursor.position == line.count else { throw ImportFault(.notJSON) }
        for field in ImportField.required where self[field] == nil { throw ImportFault(.missingField, field) }
    }
}

extension ImportField {
    fileprivate var index: Int {
        switch self {
        case .id: 0
        case .userID: 1
        case .provider: 2
        case .label: 3
        case .key: 4
        }
    }

    fileprivate static func named(_ name: Span<UInt8>) -> ImportField? {
        for field in allCases where name.isEqual(to: field.rawValue) { return field }
        return nil
    }
}

extension Span<UInt8> {
    func isEqual(to text: String) -> Bool {
        let text = text.utf8
        guard count == text.count else { return false }
        var position = 0
        for byte in text {
            guard self[position] == byte else { return false }
            position &+= 1
        }
        return true
    }
}

private struct Cursor {
    var position = 0

    mutating func skipBlanks(_ line: Span<UInt8>) {
        while position < line.count, Self.isBlank(line[position]) { position &+= 1 }
    }

    mutating func take(_ byte: UInt8, _ line: Span<UInt8>) -> Bool {
        guard position < line.count, line[position] == byte else { return false }
        position &+= 1
        return true
    }

    mutating func fieldName(_ line: Span<UInt8>) throws(ImportFault) -> ImportField {
        let name = try string(line)
        skipBlanks(line)
        guard take(UInt8(ascii: ":"), line) else { throw ImportFault(.notJSON) }
        skipBlanks(line)
        guard !name.hasEscapes, let field = ImportField.named(line.extracting(name.range)) else {
            throw ImportFault(.unknownField)
        }
        return field
    }

    /// Nil for an id that is null, as exports write one that they do not have.
    mutating func value(of field: ImportField, _ line: Span<UInt8>) throws(ImportFault) -> JSONString? {
        if position < line.count, line[position] == UInt8(ascii: "\"") { return try string(line) }
        guard isAtValue(line) else { throw ImportFault(.notJSON) }
        let end = position &+ 4
        guard field == .id, end <= line.count, line.extracting(position..<end).isEqual(to: "null") else {
            throw ImportFault(.wrongType, field)
        }
        position = end
        return nil
    }

    /// Escapes are checked when the string is decoded.
    private mutating func string(_ line: Span<UInt8>) throws(ImportFault) -> JSONString {
        guard take(UInt8(ascii: "\""), line) else { throw ImportFault(.notJSON) }
        let start = position
        var hasEscapes = false
        while position < line.count {
            let byte = line[position]
            if byte == UInt8(ascii: "\"") {
                let string = JSONString(range: start..<position, hasEscapes: hasEscapes)
                position &+= 1
                return string
            }
            guard byte >= 0x20 else { throw ImportFault(.notJSON) }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                position &+= 1
            }
            position &+= 1
        }
        throw ImportFault(.notJSON)
    }

    /// Whether a value of another kind begins here.
    func isAtValue(_ line: Span<UInt8>) -> Bool {
        guard position < line.count else { return false }
        switch line[position] {
        case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "{"): return true
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return true
        default: return false
        }
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
}
