/// How a provider quotes the key in the message of a refusal.
struct EchoForm: Sendable {
    let opening: String
    let closing: String
    /// True where the stars stand one for each hidden character.
    let maskKeepsLength: Bool

    static func of(_ provider: Provider) -> EchoForm? {
        switch provider {
        case .openai: EchoForm(opening: "api key provided: ", closing: ". you", maskKeepsLength: true)
        case .deepseek: EchoForm(opening: "api key: ", closing: " is invalid", maskKeepsLength: false)
        case .google: EchoForm(opening: "api_key:", closing: "'", maskKeepsLength: false)
        case .anthropic, .mistral, .groq: nil
        }
    }

    func compare(_ message: String, with key: Span<UInt8>) -> KeyEcho {
        guard let quoted = quoted(in: Array(message.utf8)) else { return .none }
        let star = UInt8(ascii: "*")
        guard let first = quoted.firstIndex(of: star), let last = quoted.lastIndex(of: star) else {
            return Self.equal(quoted, key, from: 0) && quoted.count == key.count ? .matches : .differs
        }
        let head = quoted[..<first]
        let tail = quoted[(last + 1)...]
        if head.isEmpty && tail.isEmpty { return .none }
        if maskKeepsLength && quoted.count != key.count { return .differs }
        guard head.count + tail.count <= key.count else { return .differs }
        let same = Self.equal(head, key, from: 0) && Self.equal(tail, key, from: key.count - tail.count)
        return same ? .matches : .differs
    }

    private func quoted(in message: [UInt8]) -> ArraySlice<UInt8>? {
        guard let start = Self.find(opening, in: message[...])?.upperBound else { return nil }
        let rest = message[start...]
        if let end = Self.find(closing, in: rest)?.lowerBound { return rest[..<end] }
        let word = rest.prefix { !UnparsedJSON.isBlank($0) }
        return word.last == UInt8(ascii: ".") ? word.dropLast() : word
    }

    private static func equal(_ piece: ArraySlice<UInt8>, _ key: Span<UInt8>, from offset: Int) -> Bool {
        guard offset >= 0, offset + piece.count <= key.count else { return false }
        return piece.enumerated().allSatisfy { key[offset + $0.offset] == $0.element }
    }

    private static func find(_ phrase: String, in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        let wanted = Array(phrase.utf8)
        guard bytes.count >= wanted.count else { return nil }
        for start in bytes.startIndex...(bytes.endIndex - wanted.count) {
            let range = start..<(start + wanted.count)
            if bytes[range].elementsEqual(wanted, by: { lowered($0) == $1 }) { return range }
        }
        return nil
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
