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
        Terminal.standardError().write(Terminal.escapeLines(veiled(message, but: names(of: command))) + "\n")
        exit(status)
    }

    private static func usageJSON(_ job: String, _ status: Int32) -> String {
        JSONText.write(
            .object([
                ("job", .string(job)), ("run_id", .null), ("outcome", .string("usage")),
                ("exit", .integer(Int64(status))), ("counts", .object([])), ("report", .null),
                ("error", .string("a flag, its value or an argument is wrong")), ("next", .string("see --help")),
            ]))
    }

    /// The parser repeats what was typed, and that may be a key. Names of flags and commands stay, so that a slip
    /// is found.
    private static func veiled(_ message: String, but names: Set<String>) -> String {
        let typed = CommandLine.arguments.dropFirst().flatMap { word in
            [word] + word.split(separator: "=", maxSplits: 1).map(String.init)
        }
        var message = message
        // The longest first: a short word may be part of a long one.
        for word in typed.sorted(by: { $0.utf8.count > $1.utf8.count }) where !isFlagName(word) && !names.contains(word)
        {
            message = message.replacing("'\(word)'", with: "'(not shown)'")
            if word.utf8.count >= 8 { message = message.replacing(word, with: "(not shown)") }
        }
        return message
    }

    private static func names(of command: any ParsableCommand.Type) -> Set<String> {
        command.configuration.subcommands.reduce([command._commandName]) { $0.union(names(of: $1)) }
    }

    /// Two hyphens, then small letters and single hyphens: too poor for a key.
    private static func isFlagName(_ word: String) -> Bool {
        guard word.hasPrefix("--"), word.utf8.count <= 40 else { return false }
        return word.utf8.dropFirst(2).allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
        }
    }
}
