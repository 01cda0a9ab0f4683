internal import Secrets

/// What is stored of one key.
public struct KeyFingerprint: Equatable, Sendable {
    /// Ascending, none twice.
    public let windows: [UInt64]
    /// How many fragments of this body are worth enough to be promised.
    public let promisedFragments: Int
    /// How many of them no storable window covers: 0 for the shapes of the six providers.
    public let uncoveredFragments: Int
}

/// Makes fingerprints with one scan key; reuses its cipher contexts from key to key.
public struct Fingerprinter: ~Copyable {
    private var text: WindowFunction
    private var hexadecimal: WindowFunction

    public init(_ scanKey: ScanKey) throws(FingerprintError) {
        do throws(SecretsError) {
            let text = try WindowFunction(.text, key: scanKey.textKey)
            let hexadecimal = try WindowFunction(.hexadecimal, key: scanKey.hexadecimalKey)
            self.text = text
            self.hexadecimal = hexadecimal
        } catch {
            throw .cryptography(error)
        }
    }

    /// `body` is a key without its public prefix, `shape` says where it is secret.
    public mutating func fingerprint(
        of body: Span<UInt8>, shape: BodyShape
    ) throws(FingerprintError) -> KeyFingerprint {
        guard body.count <= BodyShape.maximumLength else { throw .bodyTooLong(length: body.count) }
        let cover = WindowCover(of: body, shape: shape)
        let values = try values(of: body, at: cover.starts, shape.kind)
        return KeyFingerprint(
            windows: Set(values).sorted(), promisedFragments: cover.promisedFragments,
            uncoveredFragments: cover.uncoveredFragments)
    }

    /// The windows alone.
    public mutating func windows(of body: Span<UInt8>, shape: BodyShape) throws(FingerprintError) -> [UInt64] {
        try fingerprint(of: body, shape: shape).windows
    }

    mutating func values(
        of body: Span<UInt8>, at starts: [Int], _ kind: FragmentKind
    ) throws(FingerprintError) -> [UInt64] {
        do throws(SecretsError) {
            switch kind {
            case .text: return try text.values(of: body, at: starts)
            case .hexadecimal: return try hexadecimal.values(of: body, at: starts)
            }
        } catch {
            throw .cryptography(error)
        }
    }
}
