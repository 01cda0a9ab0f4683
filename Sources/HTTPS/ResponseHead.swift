/// Gathers header lines as they arrive; a new status line (after a 1xx) starts over.
struct ResponseHead {
    static let maximumByteCount = 64 * 1024
    static let maximumFieldCount = 256
    static let maximumValueByteCount = 1024

    private var lines: [[UInt8]] = []
    private var seenByteCount = 0

    /// False once the peer has sent too much, interim answers included: they do not reset the count.
    mutating func append(_ line: [UInt8]) -> Bool {
        seenByteCount &+= line.count
        guard seenByteCount <= Self.maximumByteCount else { return false }
        if line.starts(with: "HTTP/".utf8) { lines.removeAll(keepingCapacity: true) } else { lines.append(line) }
        return true
    }

    /// The printable fields, or `malformedResponse` where two lengths contradict each other.
    func fields() throws(HTTPSError) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for line in lines {
            guard fields.count < Self.maximumFieldCount else { throw .malformedResponse }
            if let field = Self.field(line) { fields.append(field) }
        }
        let lengths = Set(fields.filter { $0.name == "content-length" }.map(\.value))
        guard lengths.count <= 1 else { throw .malformedResponse }
        return fields
    }

    private static func field(_ line: [UInt8]) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        let value = trimmed(line[(colon + 1)...])
        guard !value.isEmpty, value.count <= maximumValueByteCount, value.allSatisfy(HeaderText.isPrintable),
            name.utf8.count <= 64, name.utf8.allSatisfy(HeaderText.isVisible)
        else { return nil }
        return (name.lowercased(), String(decoding: value, as: UTF8.self))
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        let tail = bytes.drop(while: isBlank)
        guard let last = tail.lastIndex(where: { !isBlank($0) }) else { return [] }
        return tail[...last]
    }
}
