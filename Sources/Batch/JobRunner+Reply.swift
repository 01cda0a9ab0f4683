internal import Glibc
internal import System

extension JobRunner {
    /// Runs a command that is no run of a job: no run id, no report, no metrics. Its answer goes to standard output,
    /// terminal or not; the process ends with its status.
    public static func reply(
        _ command: StaticString, asJSON: Bool, _ body: () async throws(JobFailure) -> Reply
    ) async -> Never {
        let reply: Reply
        do throws(JobFailure) {
            reply = try await body()
        } catch {
            exit(reject(command, error, asJSON: asJSON).rawValue)
        }
        Terminal.standardOutput().write(asJSON ? reply.json(of: command) + "\n" : reply.harmlessText)
        exit(reply.outcome.status.rawValue)
    }
}
