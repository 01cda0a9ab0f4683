import ArgumentParser
import Batch

/// What `rotate-master` does when no subcommand is named.
struct ContinueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "continue", abstract: "Go on with the rotation that is under way, or say what to do.",
        discussion: """
            Begins nothing: a rotation is begun with rotate-master run.

            Examples:
              rotate-master
              rotate-master continue --fast
            """)

    @OptionGroup var flags: RotateFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var common: CommonFlags

    func run() async {
        let (flags, database) = (flags, database)
        await JobRunner.run("rotate-master", common) { run throws(JobFailure) in
            try await RotationRun(run, flags, database).conclude(onlyContinuing: true)
        }
    }
}
