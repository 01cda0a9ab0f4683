public import HTTPS

/// Where each provider is asked: at its compiled-in host, or for tests at a literal loopback address.
public struct ProviderOrigins: Sendable {
    public enum Fault: Error, Equatable, Sendable {
        /// The variable names something else than `http://127.0.0.1[:port]` or `http://[::1][:port]`.
        case notLoopback(variable: String)
    }

    private let overrides: [Provider: Origin]

    public static let real = ProviderOrigins(overrides: [:])

    private init(overrides: [Provider: Origin]) { self.overrides = overrides }

    /// Reads `BYOK_<PROVIDER>_URL` of each provider; an unset one leaves the real host.
    public init(environment: [String: String]) throws(Fault) {
        var overrides: [Provider: Origin] = [:]
        for provider in Provider.allCases {
            guard let text = environment[provider.originVariable] else { continue }
            guard let origin = try? Origin.loopback(text) else {
                throw .notLoopback(variable: provider.originVariable)
            }
            overrides[provider] = origin
        }
        self.init(overrides: overrides)
    }

    /// True where any key would go to a test server: allowed only on a database made for tests.
    public var namesTestServers: Bool { !overrides.isEmpty }

    public subscript(provider: Provider) -> Origin { overrides[provider] ?? provider.origin }
}
