import ArgumentParser
import Foundation
import Providers

/// Plays the six providers, one port each, until it is stopped.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Plays six providers on loopback.")

    @Option(help: "JSON: {live, answers, latencyMilliseconds}.")
    var script: String?

    @Option(help: "Milliseconds before each answer; wins over the script.")
    var latency: Int?

    @Option(help: "Writes NAME=URL lines here when all ports are open.")
    var environmentFile: String?

    func run() throws {
        var plan = Script()
        if let script { plan = try JSONDecoder().decode(Script.self, from: Data(contentsOf: URL(filePath: script))) }
        if let latency { plan.latencyMilliseconds = latency }
        let loop = Loop(Simulation(plan))
        var lines = ""
        for provider in Provider.allCases {
            guard let port = loop.listen(for: provider) else { throw ExitCode(69) }
            lines += "\(provider.originVariable)=http://127.0.0.1:\(port)\n"
        }
        if let environmentFile { try lines.write(toFile: environmentFile, atomically: true, encoding: .utf8) }
        FileHandle.standardOutput.write(Data(lines.utf8))
        loop.run()
    }
}
