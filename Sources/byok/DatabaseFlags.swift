import ArgumentParser
import Batch
import Postgres
import Secrets
import System

/// Which database, and how it is reached: `DATABASE_URL`, its `_FILE` twin, or `PG*`.
struct DatabaseFlags: ParsableArguments {
    static let allowUnverifiedTLS = Setting<Bool>.toggle(
        "BYOK_ALLOW_UNVERIFIED_TLS", flag: "--allow-unverified-tls",
        help: "Accept a database server whose certificate cannot be verified.")
    static let reconnectBudget = Setting<Duration>.duration(
        "BYOK_RECONNECT_BUDGET", flag: "--reconnect-budget", default: .seconds(30),
        help: "How long to try to reach the database before giving up with 69 (default 30s).")

    @Flag(help: Self.allowUnverifiedTLS.argumentHelp) var allowUnverifiedTLS = false
    @Option(help: Self.reconnectBudget.argumentHelp) var reconnectBudget: String?

    /// Not connected yet.
    func connection(for application: String) throws(JobFailure) -> PostgresConnection {
        PostgresConnection(try settings(for: application))
    }

    func settings(for application: String) throws(JobFailure) -> ConnectionSettings {
        let variables = EnvironmentVariables(
            reading: [Self.allowUnverifiedTLS.variable.description, Self.reconnectBudget.variable.description])
        var settings: ConnectionSettings
        do {
            let allows = try Self.allowUnverifiedTLS.value(in: variables) || allowUnverifiedTLS
            let budget = try Self.reconnectBudget.value(flag: reconnectBudget, in: variables)
            settings = try Self.settings(application, allows)
            settings.reconnectBudget = budget
        } catch let error as SettingError {
            throw JobFailure(error)
        } catch let error as JobFailure {
            throw error
        } catch { throw JobFailure(.broken, "the settings could not be read") }
        return settings
    }

    private static func settings(_ application: String, _ allows: Bool) throws(JobFailure) -> ConnectionSettings {
        let text: SecretBytes?
        do { text = try SecretSource.read("DATABASE_URL") } catch { throw JobFailure(error) }
        do {
            return try ConnectionSettings(databaseURL: text, applicationName: application, allowUnverifiedTLS: allows)
        } catch { throw JobFailure(error) }
    }
}
