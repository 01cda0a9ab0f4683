import ArgumentParser
import Batch

/// Moves every stored key under another master key while the service runs.
@main struct RotateMaster: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-master",
        abstract: "Moves every stored key under another master key while the service runs.",
        discussion: """
            Without a subcommand it goes on with what is under way, or says what to do:

              rotate-master                    go on, or say what comes next
              rotate-master run --dry-run      open every key, predict how long it takes, write nothing
              rotate-master run                move every key under the current master key
              rotate-master run --to 1         back to master key 1, once it was made current again
              rotate-master plan               where things stand, what is in the way, the next command
              rotate-master status             how it goes, from any terminal

            Exit status: 0 done, 1 something must be mended first, 65 rows were quarantined, 69 database unavailable, 70 the books do not balance, 75 \
            stopped or another run is going, 77 not permitted, 78 a setting, a master key or a reader is not ready.
            """,
        version: SuiteVersion.text.description,
        subcommands: [
            ContinueCommand.self, Plan.self, RunCommand.self, Verify.self, Retire.self, Status.self,
        ],
        defaultSubcommand: ContinueCommand.self)

    static func main() async {
        await JobRunner.open(RotateMaster.self)
    }
}
