internal import ArgumentParser
internal import Glibc
internal import System

extension JobRunner {
    /// Help and version go to standard output with 0; a usage error to standard error with 64.
    static func end<Command: ParsableCommand>(_ command: Command.Type, with error: any Error) -> Never {
        let status = Command.exitCode(for: error).rawValue
        let message = Command.fullMessage(for: error)
        guard status != 0 else {
            Terminal.standardOutput().write(message + "\n")
            exit(status)
        }
        if CommandLine.arguments.contains("--json") {
            Terminal.standardOutput().write(usageJSON(Command._commandName, status) + "\n")
        }
        Terminal.standardError().write(harmless(message) + "\n")
        exit(status)
    }

    private static func usageJSON(_ job: String, _ status: Int32) -> String {
        JSONText.write(
            .object([
                ("job", .string(job)), ("run_id", .null), ("outcome", .string("usage")),
                ("exit", .integer(Int64(status))), ("counts", .object([])), ("report", .null),
                ("error", .string("a flag or argument is wrong")), ("next", .string("see --help")),
            ]))
    }

    /// The parser repeats what was typed; line breaks of its own stay.
    private static func harmless(_ message: String) -> String {
        message.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Terminal.escape($0) }.joined(separator: "\n")
    }
}
