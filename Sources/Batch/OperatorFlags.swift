public import ArgumentParser
public import Postgres
internal import System

/// The flags of the commands that people use: where the database is, and how the answer is written.
public struct OperatorFlags: ParsableArguments, Sendable {
    @Flag(help: Self.jsonSetting.argumentHelp) public var json = false
    @OptionGroup public var database: DatabaseFlags

    public init() {}

    /// A malformed variable is told by `connection`.
    public var writesJSON: Bool { json || (try? Self.jsonSetting.value(in: Self.environment)) == true }

    /// Not connected yet.
    public func connection(for command: StaticString) throws(JobFailure) -> PostgresConnection {
        do throws(SettingError) {
            _ = try Self.jsonSetting.value(in: Self.environment)
        } catch { throw JobFailure(error) }
        return try database.connection(for: command.description)
    }

    private static let jsonSetting = Setting<Bool>.toggle(
        "BYOK_JSON", flag: "--json", help: "Print one JSON object on standard output, errors too.")
    private static var environment: EnvironmentVariables {
        EnvironmentVariables(reading: [jsonSetting.variable.description])
    }
}
