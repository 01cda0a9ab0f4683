import ArgumentParser
import Foundation
import Providers

/// Plays the six providers, one port each, until it is stopped.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plays six providers on loopback.",
        discussion: """
            GET /_simulator/counts on any port says what has arrived, /_simulator/reload reads the files again.
            The options win over the script.
            """)

    @Option(help: "JSON: {live, answers, everyone, refuseAllFrom, own, latencyMilliseconds, …}.")
    var script: String?

    @Option(
        help: ArgumentHelp("Keys, or ends of keys, that work, one a line; all others are refused.", valueName: "file"))
    var liveFile: String?

    @Option(help: ArgumentHelp("Answers to a key in turn.", valueName: "end=name,…"))
    var answer: [Choice] = []

    @Option(help: ArgumentHelp("The one answer that everybody gets.", valueName: "[provider=]name"))
    var everyone: [Choice] = []

    @Option(help: ArgumentHelp("Refuses every key from the Nth request on.", valueName: "n"))
    var refuseAllFrom: Int?

    @Option(help: ArgumentHelp("Milliseconds before each answer.", valueName: "[provider=]ms"))
    var latency: [Choice] = []

    @Option(help: ArgumentHelp("Writes NAME=URL lines here when all ports are open.", valueName: "file"))
    var environmentFile: String?

    func run() throws {
        let loop = Loop(try Simulation { try plan() })
        var lines = ""
        for provider in Provider.allCases {
            guard let port = loop.listen(for: provider) else { throw ExitCode(69) }
            lines += "\(provider.originVariable)=http://127.0.0.1:\(port)\n"
        }
        if let environmentFile { try lines.write(toFile: environmentFile, atomically: true, encoding: .utf8) }
        FileHandle.standardOutput.write(Data(lines.utf8))
        loop.run()
    }

    private func plan() throws -> Script {
        var plan = try script.map(Script.read) ?? Script()
        if let liveFile {
            let text = try String(contentsOfFile: liveFile, encoding: .utf8)
            plan.live = (plan.live ?? []) + text.split(whereSeparator: \.isWhitespace).map(String.init)
        }
        for choice in answer {
            plan.answers = plan.answers ?? [:]
            plan.answers?[choice.subject] = choice.value.split(separator: ",").map(String.init)
        }
        for choice in everyone {
            plan.everyone = plan.everyone ?? [:]
            plan.everyone?[choice.subject] = choice.value
        }
        plan.refuseAllFrom = refuseAllFrom ?? plan.refuseAllFrom
        try setLatencies(of: &plan)
        return plan
    }

    private func setLatencies(of plan: inout Script) throws {
        for choice in latency {
            guard let milliseconds = Int(choice.value), (0...600_000).contains(milliseconds) else {
                throw ValidationError("--latency wants milliseconds from 0 to 600000")
            }
            plan.providerLatencyMilliseconds = plan.providerLatencyMilliseconds ?? [:]
            if choice.subject == "all" {
                plan.latencyMilliseconds = milliseconds
            } else {
                plan.providerLatencyMilliseconds?[choice.subject] = milliseconds
            }
        }
    }
}

/// `subject=value`, or a value for `all`.
struct Choice: ExpressibleByArgument {
    let subject: String
    let value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        subject = parts.count == 2 ? parts[0] : "all"
        value = parts.last ?? ""
    }
}
