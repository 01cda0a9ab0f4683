public import HTTPS

/// The six providers. The raw value is what the database and the settings call them.
public enum Provider: String, CaseIterable, Codable, Hashable, Sendable {
    case anthropic, openai, google, deepseek, mistral, groq

    /// The only host a key of this provider is ever sent to, unless a test names a loopback one.
    public var origin: Origin {
        switch self {
        case .anthropic: .https("api.anthropic.com")
        case .openai: .https("api.openai.com")
        case .google: .https("generativelanguage.googleapis.com")
        case .deepseek: .https("api.deepseek.com")
        case .mistral: .https("api.mistral.ai")
        case .groq: .https("api.groq.com")
        }
    }

    /// The variable that may name a loopback origin instead: `BYOK_<PROVIDER>_URL`.
    public var originVariable: String { "BYOK_\(rawValue.uppercased())_URL" }

    /// Where an operator puts a key of its own that is known to work; `_FILE` behind it names a file.
    public var canaryVariable: String { "BYOK_CANARY_\(rawValue.uppercased())" }

    /// Path and query of a GET that authenticates and costs no token.
    public var path: String {
        switch self {
        case .anthropic: "/v1/models?limit=1"
        case .openai, .mistral: "/v1/models"
        case .google: "/v1beta/models?pageSize=1"
        case .deepseek: "/user/balance"
        case .groq: "/openai/v1/models"
        }
    }

    /// The header that carries the key. Google's never goes into the query, and never beside `Authorization`.
    public var secretHeader: SecretHeaderName {
        switch self {
        case .anthropic: SecretHeaderName(name: "x-api-key")
        case .google: SecretHeaderName(name: "x-goog-api-key")
        case .openai, .deepseek, .mistral, .groq: SecretHeaderName(name: "Authorization", prefix: "Bearer ")
        }
    }

    /// The headers that hold nothing secret.
    public var headers: [(String, String)] {
        let common = [("Accept", "application/json")]
        return self == .anthropic ? common + [("anthropic-version", "2023-06-01")] : common
    }
}
