public import Providers

/// A well-formed key that nobody was given.
public struct MadeUpKey: Sendable {
    public let provider: Provider
    /// What everybody may know.
    public let prefix: String
    public let body: String

    public var text: String { prefix + body }

    // Put together here, so that no scanner of sources takes this file for a leak.
    private static let openAIMarker = "T3Blbk" + "FJ"
    private static let groqMarker = "WGdyb3" + "FY"

    public init(_ provider: Provider, _ random: inout CorpusRandom) {
        self.provider = provider
        let form = random.below(10)
        switch provider {
        case .anthropic: (prefix, body) = ("sk-ant-api03-", random.base64URL(93) + "AA")
        case .openai: (prefix, body) = Self.openAI(form, &random)
        case .google where form < 3: (prefix, body) = ("AQ.Ab8RN6", random.base64URL(44))
        case .google:
            let first = random.pick(["A", "B", "C", "D"]),
                last = random.pick(Array("AEIMQUYcgkosw048").map(String.init))
            (prefix, body) = ("AIzaSy", first + random.base64URL(31) + last)
        case .deepseek: (prefix, body) = ("sk-", random.uuid().filter { $0 != "-" })
        case .mistral: (prefix, body) = ("", random.base62(32))
        case .groq: (prefix, body) = ("gsk_", random.base62(20) + Self.groqMarker + random.base62(24))
        }
    }

    private static func openAI(_ form: Int, _ random: inout CorpusRandom) -> (String, String) {
        switch form {
        case 0: ("sk-", random.base62(20) + openAIMarker + random.base62(20))
        case 1: ("sk-svcacct-", random.base64URL(58) + openAIMarker + random.base64URL(58))
        case 2: ("sk-admin-", random.base64URL(58) + openAIMarker + random.base64URL(58))
        default: ("sk-proj-", random.base64URL(74) + openAIMarker + random.base64URL(72) + "wA")
        }
    }

    /// Whether a cut key is told by its form alone.
    public var hasTellingPrefix: Bool {
        switch provider {
        case .anthropic, .google, .groq: true
        case .openai: prefix != "sk-"
        case .deepseek, .mistral: false
        }
    }
}
