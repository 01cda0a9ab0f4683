import Foundation
import TestSupport
import Testing

@Suite struct HelpTests {
    private static let executables = ["byok", "revalidate", "rotate-master", "savings-report", "audit-scan"]

    /// Every command of every executable, as the parser itself lists them.
    private static let commands: [[String]] = executables.flatMap { name -> [[String]] in
        guard let dump = try? run([name], ["--experimental-dump-help"]),
            let root = try? JSONDecoder().decode(Dump.self, from: Data(dump.stdout.utf8))
        else { return [] }
        return root.command.paths(below: [])
    }

    private struct Dump: Decodable {
        let command: Command
    }

    private struct Command: Decodable {
        let commandName: String
        let subcommands: [Command]?

        func paths(below parents: [String]) -> [[String]] {
            let path = parents + [commandName]
            let children = (subcommands ?? []).filter { $0.commandName != "help" }
            return [path] + children.flatMap { $0.paths(below: path) }
        }
    }

    private static func run(_ command: [String], _ arguments: [String]) throws -> Finished {
        try Subprocess.run(
            Repository.products.appending(path: command[0]).path, Array(command.dropFirst()) + arguments)
    }

    private static let leaves = commands.filter { command in
        !commands.contains { $0.count > command.count && Array($0.prefix(command.count)) == command }
    }

    @Test func `every command is known to the tests`() {
        #expect(Self.commands.contains(["byok", "migrate"]))
        #expect(Self.commands.contains(["revalidate", "run"]))
        #expect(Self.commands.contains(["rotate-master", "run"]))
        #expect(Self.commands.contains(["rotate-master", "retire"]))
        #expect(Self.commands.contains(["savings-report"]))
        #expect(Self.commands.contains(["audit-scan"]))
    }

    @Test(arguments: leaves) func `help shows an example and the variables behind the flags`(command: [String]) throws {
        let finished = try Self.run(command, ["--help"])

        #expect(finished.status == 0)
        #expect(finished.stderr.isEmpty)
        #expect(finished.stdout.contains("[env: BYOK_"), "\(command)")
        let examples = finished.stdout.split(separator: "\n")
            .filter { $0.hasPrefix("  ") && $0.contains("\(command[0]) ") }
        #expect(!examples.isEmpty, "\(command) has no example")
    }

    @Test(arguments: commands) func `an unknown flag is a usage error`(command: [String]) throws {
        let finished = try Self.run(command, ["--no-such-flag"])

        #expect(finished.status == 64)
        #expect(finished.stdout.isEmpty)
        // The parser tells of an argument that is missing before one that it does not know.
        #expect(finished.stderr.contains(/--no-such-flag|Missing expected argument/))
    }

    @Test(arguments: executables) func `an executable says its version`(name: String) throws {
        let finished = try Self.run([name], ["--version"])

        #expect(finished.status == 0)
        #expect(finished.stdout.contains(/^\d+\.\d+\.\d+/))
    }

    /// A secret on a command line is in the shell's history and in everybody's `ps`. `explain --key` takes an id.
    @Test(arguments: leaves.filter { $0 != ["revalidate", "explain"] })
    func `no flag takes a secret`(command: [String]) throws {
        let help = try Self.run(command, ["--help"]).stdout

        for flag in help.matches(of: /--(?:key|secret|token|password|master-key|api-key)[ =]</) {
            Issue.record("\(command) has \(flag.output)")
        }
    }
}
