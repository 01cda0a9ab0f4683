/// One of the forms in which a provider issues credentials.
public struct KeyShape: Sendable {
    public enum Kind: String, Sendable {
        case apiKey = "api-key"
        /// Manages an organization and calls no model.
        case admin
        /// A short-lived token of a log-in.
        case oauth
        case session
    }

    public let name: String
    public let provider: Provider
    public let kind: Kind
    /// True where a literal part names the provider, so that the form proves whose key it is.
    public let isDistinctive: Bool
    let parts: [Part]

    enum Part: Sendable {
        case literal(String)
        case secret(Alphabet, ClosedRange<Int>)

        static func secret(_ alphabet: Alphabet, _ length: Int) -> Part { .secret(alphabet, length...length) }
    }

    init(_ name: String, _ provider: Provider, kind: Kind = .apiKey, isDistinctive: Bool = true, _ parts: Part...) {
        self.name = name
        self.provider = provider
        self.kind = kind
        self.isDistinctive = isDistinctive
        self.parts = parts
    }

    /// The secret parts of a key of this form, or nil when it has another.
    func anatomy(of key: Span<UInt8>) -> KeyAnatomy? {
        match(parts[...], key, from: 0).map { KeyAnatomy(segments: $0) }
    }

    private func match(_ parts: ArraySlice<Part>, _ key: Span<UInt8>, from start: Int) -> [KeyAnatomy.Segment]? {
        guard let part = parts.first else { return start == key.count ? [] : nil }
        switch part {
        case .literal(let text):
            var index = start
            for byte in text.utf8 {
                guard index < key.count, key[index] == byte else { return nil }
                index += 1
            }
            return match(parts.dropFirst(), key, from: index)
        case .secret(let alphabet, let lengths):
            var run = 0
            while run < lengths.upperBound, start + run < key.count, alphabet.contains(key[start + run]) { run += 1 }
            while run >= lengths.lowerBound {
                if let rest = match(parts.dropFirst(), key, from: start + run) {
                    return [.init(range: start..<(start + run), bitsPerCharacter: alphabet.bits)] + rest
                }
                run -= 1
            }
            return nil
        }
    }
}

/// The characters of a secret part.
public enum Alphabet: Sendable {
    case hex, lowerAlphanumeric, alphanumeric, base64URL

    var characters: [UInt8] {
        switch self {
        case .hex: Array("0123456789abcdef".utf8)
        case .lowerAlphanumeric: Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
        case .alphanumeric: Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        case .base64URL: Alphabet.alphanumeric.characters + Array("-_".utf8)
        }
    }

    /// Bits of one character drawn evenly. Hex is counted lower: DeepSeek's 32 digits are a UUID of 122 bits.
    var bits: Double {
        switch self {
        case .hex: 3.8
        case .lowerAlphanumeric: 5.17
        case .alphanumeric: 5.95
        case .base64URL: 6
        }
    }

    func contains(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39: true
        case 0x61...0x66: true
        case 0x67...0x7A: self != .hex
        case 0x41...0x5A: self == .alphanumeric || self == .base64URL
        case UInt8(ascii: "-"), UInt8(ascii: "_"): self == .base64URL
        default: false
        }
    }
}

/// Which bytes of a key are secret. Prefixes, markers and fixed tails are not.
public struct KeyAnatomy: Equatable, Sendable {
    public struct Segment: Equatable, Sendable {
        public let range: Range<Int>
        public let bitsPerCharacter: Double
    }

    /// In order, without overlap.
    public let segments: [Segment]
}
