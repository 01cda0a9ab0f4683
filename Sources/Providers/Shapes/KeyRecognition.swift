public import Secrets

/// What the form of a key tells before anybody is asked. Form alone never disables a stored key.
public enum KeyRecognition: Equatable, Sendable {
    case plausible(shape: String)
    case belongsTo(Provider, shape: String)
    /// A credential that calls no model, of whichever provider.
    case notUsable(KeyShape.Kind, shape: String)
    /// Allowed, with a note: providers change their forms.
    case unfamiliar
    /// Empty, longer than 512 bytes, or with a byte that no header may carry (blank, control, not ASCII).
    case impossible
}

extension Provider {
    public static let maximumKeyByteCount = 512

    public func recognise(_ key: borrowing SecretBytes) -> KeyRecognition {
        key.withBytes { key in
            guard Self.canBeSent(key) else { return .impossible }
            let matching = KeyShape.known.filter { $0.anatomy(of: key) != nil }
            if let own = matching.first(where: { $0.provider == self && $0.kind == .apiKey && $0.isDistinctive }) {
                return .plausible(shape: own.name)
            }
            if let useless = matching.first(where: { $0.kind != .apiKey }) {
                return .notUsable(useless.kind, shape: useless.name)
            }
            if let foreign = matching.first(where: { $0.provider != self && $0.isDistinctive }) {
                return .belongsTo(foreign.provider, shape: foreign.name)
            }
            if let own = matching.first(where: { $0.provider == self }) { return .plausible(shape: own.name) }
            return .unfamiliar
        }
    }

    /// Where the secret of a key stands. For an unfamiliar form everything behind a known prefix counts.
    public func anatomy(of key: borrowing SecretBytes) -> KeyAnatomy {
        key.withBytes { key in
            for shape in KeyShape.known where shape.provider == self {
                if let anatomy = shape.anatomy(of: key) { return anatomy }
            }
            let start = Self.publicPrefixLength(key)
            guard start < key.count else { return KeyAnatomy(segments: []) }
            var isHex = true
            for index in start..<key.count where !Alphabet.hex.contains(key[index]) { isHex = false }
            let bits = isHex ? Alphabet.hex.bits : Alphabet.alphanumeric.bits
            return KeyAnatomy(segments: [.init(range: start..<key.count, bitsPerCharacter: bits)])
        }
    }

    private static func canBeSent(_ key: Span<UInt8>) -> Bool {
        guard (1...maximumKeyByteCount).contains(key.count) else { return false }
        for index in 0..<key.count where !(0x21...0x7E).contains(key[index]) { return false }
        return true
    }

    private static func publicPrefixLength(_ key: Span<UInt8>) -> Int {
        let prefixes = ["sk-ant-api03-", "sk-ant-", "sk-proj-", "sk-svcacct-", "sk-", "AQ.", "AIza", "gsk_"]
        return prefixes.first { prefix in
            let bytes = Array(prefix.utf8)
            return bytes.count <= key.count && bytes.indices.allSatisfy { key[$0] == bytes[$0] }
        }?.utf8.count ?? 0
    }
}
