import ArgumentParser
import Batch

/// Seals every stored key anew under another master key, while the service runs.
@main struct RotateMaster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-master",
        abstract: "Seals every stored key anew under another master key, while the service runs.",
        discussion: """
            Examples:
              rotate-master plan      what to do next, and what must be mended first
              rotate-master status    how it goes, from any terminal
            """,
        version: SuiteVersion.text.description,
        subcommands: [Plan.self, Verify.self, Retire.self, Status.self])

    static func main() async {
        await JobRunner.open(RotateMaster.self)
    }
}
