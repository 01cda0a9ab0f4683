public import Batch
public import Providers
public import System

/// Where providers are asked: at their own hosts, or on a test database at loopback addresses.
extension ProviderOrigins {
    public static var variables: [String] { Provider.allCases.map(\.originVariable) }

    public static func configured(
        in environment: EnvironmentVariables = EnvironmentVariables(reading: variables)
    ) throws(JobFailure) -> ProviderOrigins {
        var urls: [String: String] = [:]
        for name in variables { urls[name] = environment[name] }
        do throws(Fault) { return try ProviderOrigins(environment: urls) } catch {
            switch error {
            case .notLoopback(let variable):
                throw JobFailure(
                    .misconfigured, "\(PlaceName(variable)) is malformed; expected http://127.0.0.1:PORT",
                    next: "unset it: providers are asked at their own hosts; nobody was asked")
            }
        }
    }

    /// A demo's environment, left in a crontab, must not send a key anywhere.
    public func expectRealHosts(unlessTest isTest: Bool) throws(JobFailure) {
        guard namesTestServers, !isTest else { return }
        throw JobFailure(
            .misconfigured, "a BYOK_<PROVIDER>_URL is set, and this database was not installed with --test",
            next: "unset it; nothing was opened and nobody was asked")
    }
}
