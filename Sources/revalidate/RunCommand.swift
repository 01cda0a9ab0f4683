import ArgumentParser
import Batch

/// `revalidate run`, and what `revalidate` does when no subcommand is named.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Check every key that is due.",
        discussion: """
            Stop it with Ctrl-C or SIGTERM at any time: the next run goes on where it ended.

            Examples:
              revalidate run --max-duration 50m
              revalidate run --provider groq --limit 100 --verbose
              revalidate run --dry-run --json
            """)

    @OptionGroup var flags: RevalidateFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var common: CommonFlags

    func run() async {
        let (flags, database) = (flags, database)
        await JobRunner.run("revalidate", common) { run throws(JobFailure) in
            try await Revalidation(run, flags, database).conclude()
        }
    }
}
