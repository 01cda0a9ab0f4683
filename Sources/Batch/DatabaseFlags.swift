public import ArgumentParser
public import Postgres
internal import Secrets
internal import System

/// Which database, the same for every job: libpq's own variables, or `DATABASE_URL`.
public struct DatabaseFlags: ParsableArguments, Sendable {
    static let reconnectBudget = Setting<Duration>.duration(
        "BYOK_RECONNECT_BUDGET", flag: "--reconnect-budget", default: .seconds(60),
        help: "How long to go on trying to reach the database.")
    static let allowUnverifiedTLS = Setting<Bool>.toggle(
        "BYOK_ALLOW_UNVERIFIED_TLS", flag: "--allow-unverified-tls",
        help: "Do not insist on sslmode=verify-full for a database on another machine.")

    @Option(help: DatabaseFlags.reconnectBudget.argumentHelp) public var reconnectBudget: String?
    @Flag(help: DatabaseFlags.allowUnverifiedTLS.argumentHelp) public var allowUnverifiedTLS = false

    public init() {}

    /// Not connected yet.
    public func connection(for application: String) throws(JobFailure) -> PostgresConnection {
        PostgresConnection(try settings(for: application))
    }

    /// Checked settings; nothing is connected yet. `application` is what the server shows.
    public func settings(for application: String) throws(JobFailure) -> ConnectionSettings {
        let variables = EnvironmentVariables(reading: ["BYOK_RECONNECT_BUDGET", "BYOK_ALLOW_UNVERIFIED_TLS"])
        let budget: Duration
        let isUnverifiedAllowed: Bool
        do {
            budget = try Self.reconnectBudget.value(flag: reconnectBudget, in: variables)
            isUnverifiedAllowed = try Self.allowUnverifiedTLS.value(in: variables) || allowUnverifiedTLS
        } catch {
            throw JobFailure(error)
        }
        let url = try Self.secret("DATABASE_URL")
        let password = try Self.secret("PGPASSWORD")
        var settings = try Self.settings(url, password, application, isUnverifiedAllowed)
        settings.reconnectBudget = budget
        return settings
    }

    private static func secret(_ name: String) throws(JobFailure) -> SecretBytes? {
        do { return try SecretSource.read(name, maximumByteCount: 4096) } catch { throw JobFailure(error) }
    }

    private static func settings(
        _ url: borrowing SecretBytes?, _ password: borrowing SecretBytes?, _ application: String,
        _ isUnverifiedAllowed: Bool
    ) throws(JobFailure) -> ConnectionSettings {
        do {
            return try ConnectionSettings(
                databaseURL: url, password: password, applicationName: application,
                allowUnverifiedTLS: isUnverifiedAllowed)
        } catch {
            throw JobFailure(error)
        }
    }
}
