import Providers

extension Provider {
    /// Each key is another customer's account, asked once a week: what is at risk is our own address.
    /// Mistral counts listing models like any request, and Groq stands behind a guarded edge.
    var politePace: (concurrency: Int, spacing: Duration) {
        switch self {
        case .anthropic, .openai, .google, .deepseek: (4, .milliseconds(250))
        case .mistral, .groq: (2, .milliseconds(500))
        }
    }
}
