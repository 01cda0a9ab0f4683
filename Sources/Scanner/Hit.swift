internal import Providers

/// How sure a finding is.
public enum Confidence: String, Sendable, Comparable {
    /// Looks like a key of this form, and so may other things.
    case low
    /// The form of a key, in part, or with something unusual around it.
    case medium
    /// The form of a key, whole; or a part of a key that is stored.
    case high

    public static func < (one: Confidence, other: Confidence) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        }
    }
}

/// Key material in one text, before it is told.
struct Hit {
    enum Kind: Equatable {
        case pattern(Provider, form: String)
        case stored(UInt32)
    }

    var range: Range<Int>
    let kind: Kind
    var encodings: [Encoding]
    let confidence: Confidence
    /// How long the public prefix is at its beginning.
    var prefixLength = 0
    /// What was recognised, decoded: for the finding's name, never to be shown.
    let material: [UInt8]

    /// Whether it says of two lines that they belong together. A bare prefix at the end of a line does not: it may be the
    /// four characters that are shown of any key. A form that proves itself does, wherever it is broken.
    func reaches(over joint: Int) -> Bool {
        guard range.lowerBound < joint, joint < range.upperBound else { return false }
        guard case .pattern(let provider, _) = kind else { return true }
        let before = joint - range.lowerBound - prefixLength
        switch provider {
        case .anthropic, .openai: return confidence == .high || before >= KeyPatterns.leastBody
        case .google, .groq: return before >= (confidence == .high ? 4 : KeyPatterns.leastBody)
        case .deepseek, .mistral: return before >= KeyPatterns.leastBody
        }
    }
}
