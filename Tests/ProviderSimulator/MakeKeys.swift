import ArgumentParser
import Foundation
import Providers

/// Makes up a population of keys, and the script by which the simulator knows them.
struct MakeKeys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-keys",
        abstract: "Makes up keys of the six providers; they open nothing.",
        discussion: "The files hold whole keys: they are written with mode 0600 and want to be erased.")

    @Option(help: "How many keys.") var count = 2000
    @Option(help: "How many users they belong to.") var users = 500
    @Option(help: "Another seed makes other keys.") var seed: UInt64 = 1
    @Flag(help: "As many keys of each provider, for measurements.") var even = false
    @Flag(help: "Every key works: nothing dead, restricted, exhausted or flaky.") var allWork = false
    @Option(help: "Of each hundred keys of a provider.") var deadPercent = 3
    @Option(help: "Of each hundred keys of a provider.") var exhaustedPercent = 3
    @Option(help: "Of each hundred keys of a provider.") var restrictedPercent = 3
    @Option(help: "Of each hundred keys of a provider.") var flakyPercent = 3
    @Flag(help: "The script refuses every key that is not made up here.") var refuseOthers = false
    @Option(help: "Writes what `byok keys import` reads.") var importFile: String?
    @Option(help: "Writes what `provider-simulator --script` reads.") var scriptFile: String?

    func run() throws {
        guard count > 0, users > 0 else { throw ValidationError("--count and --users want to be more than 0") }
        let fates = allWork ? Fates() : Fates(deadPercent, exhaustedPercent, restrictedPercent, flakyPercent)
        guard fates.isPossible else { throw ValidationError("the percents want to be from 0 to 100 together") }
        let imports = try importFile.map(Output.init)
        let shares = even ? Provider.allCases : MadeUpKey.usualShares
        var script = Script(live: refuseOthers ? [] : nil, answers: [:])
        for index in 0..<count {
            let key = MadeUpKey(index, users: users, seed: seed, fates: fates, shares: shares)
            imports?.write(key.importLine)
            let end = String(decoding: key.text.suffix(16), as: UTF8.self)
            script.answers?[end] = key.answers
            script.live?.append(end)
        }
        imports?.finish()
        if let scriptFile {
            let output = try Output(scriptFile)
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            output.write(String(decoding: try encoder.encode(script), as: UTF8.self))
            output.finish()
        }
    }
}

/// A private file, written in large pieces.
private final class Output {
    private let handle: FileHandle
    private var pending = ""

    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw ExitCode(74) }
        self.handle = handle
    }

    func write(_ text: String) {
        pending += text
        if pending.utf8.count > 1 << 20 { finish() }
    }

    func finish() {
        handle.write(Data(pending.utf8))
        pending = ""
    }
}
