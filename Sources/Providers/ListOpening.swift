/// Looks for a model list at the beginning of a JSON text whose end was not read.
///
/// It sees the top level only and believes no escape: a mark inside a string, deeper down or spelled with `\u` does
/// not count. What follows the mark must stay well-nested, or the text is not JSON and says nothing.
struct ListOpening {
    private var rest: ArraySlice<UInt8>

    /// True for an object that holds `"object": "list"`, `"data": [` or `"models": [`.
    static func isSeen(in bytes: [UInt8]) -> Bool {
        var opening = ListOpening(rest: UnparsedJSON.body(of: bytes))
        return opening.readMembers()
    }

    private mutating func readMembers() -> Bool {
        guard next() == UInt8(ascii: "{") else { return false }
        var isList = false
        while let name = readText(), next() == UInt8(ascii: ":") {
            skipBlanks()
            isList = isList || startsList(under: name)
            guard skipValue() else { return false }
            guard let separator = next() else { return isList }
            guard separator == UInt8(ascii: ",") else { return false }
        }
        // The end came inside a name or just behind it.
        return isList && rest.isEmpty
    }

    private func startsList(under name: [UInt8]) -> Bool {
        switch String(decoding: name, as: UTF8.self) {
        case "object": rest.starts(with: #""list""#.utf8)
        case "data", "models": rest.first == UInt8(ascii: "[")
        default: false
        }
    }

    private mutating func skipBlanks() { rest = rest.drop(while: UnparsedJSON.isBlank) }

    private mutating func next() -> UInt8? {
        skipBlanks()
        return rest.popFirst()
    }

    /// The bytes between two quotes as they stand; nil when there is no text or its end is missing.
    private mutating func readText() -> [UInt8]? {
        guard next() == UInt8(ascii: "\"") else { return nil }
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return text }
            text.append(byte)
            if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() { text.append(escaped) }
        }
        return nil
    }

    /// Up to the comma or bracket behind the value, or to the end; false where brackets do not pair.
    private mutating func skipValue() -> Bool {
        var open: [UInt8] = []
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: "\""):
                _ = readText()
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                guard open.count < UnparsedJSON.maximumDepth else { return false }
                // In ASCII a closing bracket stands two behind its opening one.
                open.append(byte + 2)
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                guard let expected = open.popLast() else { return true }
                guard expected == byte else { return false }
            case UInt8(ascii: ",") where open.isEmpty: return true
            default: break
            }
            rest.removeFirst()
        }
        return true
    }
}
