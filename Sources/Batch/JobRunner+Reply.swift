internal import Glibc
internal import System

extension JobRunner {
    /// Runs a command that is no run of a job: no run id, no report, no metrics. Its answer goes to standard output,
    /// terminal or not; the process ends with its status.
    public static func reply(
        _ command: StaticString, _ flags: ReplyFlags, _ body: () async throws(JobFailure) -> Reply
    ) async -> Never {
        let writesJSON: Bool
        do throws(SettingError) {
            let setting = CommonSettings.json
            let environment = EnvironmentVariables(reading: [setting.variable.description])
            writesJSON = try setting.value(in: environment) || flags.json
        } catch {
            exit(reject(command.description, JobFailure(error), asJSON: flags.json).rawValue)
        }
        await reply(command, asJSON: writesJSON, body)
    }

    public static func reply(
        _ command: StaticString, asJSON: Bool, _ body: () async throws(JobFailure) -> Reply
    ) async -> Never {
        let reply: Reply
        do throws(JobFailure) {
            if let fault = SuiteVariables.fault { throw fault }
            reply = try await body()
        } catch {
            exit(reject(command.description, error, asJSON: asJSON).rawValue)
        }
        Terminal.standardOutput().write(asJSON ? reply.json(of: command) + "\n" : reply.harmlessText)
        exit(reply.outcome.status.rawValue)
    }
}
