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
    /// Whether the key's tail is missing.
    var isCut = false
    /// What was recognised, decoded: for the finding's name, never to be shown.
    let material: [UInt8]

    /// Whether it says of two lines that they belong together. A bare prefix at the end of a line does not: it may be the
    /// four characters that are shown of any key. Nor does a cut key, which the next line need not go on with: where it is
    /// long enough before the line end, it is told as it stands there. A form that proves itself does, wherever it is
    /// broken, and so does a stored key, of which other windows may be looked at in one line alone.
    func reaches(over joint: Int) -> Bool {
        guard case .pattern(let provider, _) = kind else { return true }
        guard !isCut, range.lowerBound < joint, joint < range.upperBound else { return false }
        let before = joint - range.lowerBound - prefixLength
        let isExact = confidence == .high
        return switch provider {
        case .anthropic, .openai: true
        case .google: isExact && (before >= 4 || holds("Sy", behind: 4) || holds("N6", behind: 7))
        case .groq: isExact && before >= 4 || holds("WGdyb3FY", behind: 24)
        case .deepseek: before >= 2
        case .mistral: before >= 5
        }
    }

    private func holds(_ text: String, behind count: Int) -> Bool { material.dropFirst(count).starts(with: text.utf8) }
}
