import Batch
import HTTPS
import Postgres
import Providers
import System

/// Where providers are asked: at their own hosts, or on a test database at loopback addresses.
enum ProviderSettings {
    static func origins() throws(JobFailure) -> ProviderOrigins {
        let names = Provider.allCases.map(\.originVariable)
        let variables = EnvironmentVariables(reading: names)
        var environment: [String: String] = [:]
        for name in names { environment[name] = variables[name] }
        do throws(ProviderOrigins.Fault) { return try ProviderOrigins(environment: environment) } catch {
            switch error {
            case .notLoopback(let variable):
                throw JobFailure(
                    .misconfigured, "\(PlaceName(variable)) is malformed; expected http://127.0.0.1:PORT",
                    next: "unset it: providers are asked at their own hosts")
            }
        }
    }

    /// A demo's environment, left in a crontab, must not send a key anywhere.
    static func refuseTestServers(
        _ origins: ProviderOrigins, on connection: PostgresConnection
    ) async throws(JobFailure) {
        guard origins.namesTestServers else { return }
        if try await Migrator(connection).isTestInstallation() { return }
        throw JobFailure(
            .misconfigured, "a BYOK_<PROVIDER>_URL is set, and this database was not installed with --test",
            next: "unset these variables; nothing was sent")
    }
}
