public import Providers

/// Key material in a source. Holds nothing of the key but what may be shown.
public struct Finding: Sendable {
    public enum Kind: Sendable, Equatable {
        /// The form of a provider's key, stored or not. The form is one of ours: `anthropic-api`, `groq-part`.
        case pattern(Provider, form: String)
        /// A part of a stored key, by the number it was given when the windows were loaded.
        case storedKey(UInt32)
    }

    public let kind: Kind
    /// Bytes from the start of the source.
    public let offset: Int
    public let length: Int
    /// Line ends before it, counted from where the scan began.
    public var linesBefore: Int
    /// Line ends inside of it.
    public let linesInside: Int
    /// Where its line begins; nil when that is before where the scan began.
    public var lineStart: Int?
    public let encodings: [Encoding]
    public let confidence: Confidence
    /// Printable ASCII around the finding; it and everything that might be a secret is masked.
    public let excerpt: String
    /// 32 hexadecimal digits: the same in every run with the same scan key.
    public let fingerprint: String
}
