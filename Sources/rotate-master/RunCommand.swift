import ArgumentParser
import Batch

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Move every key under the current master key, fence it in, prove it.",
        discussion: """
            Stop it with Ctrl-C or SIGTERM at any time, or kill it: the next run goes on where it ended. Every key stays \
            readable at every moment for whoever holds both master keys.

            Examples:
              rotate-master run
              rotate-master run --fast --workers 2
              rotate-master run --shard 3/8
              rotate-master run --holders-confirmed "web.2 was shut down, ticket 4711"
            """)

    @OptionGroup var flags: RotateFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var common: CommonFlags

    func run() async {
        let (flags, database) = (flags, database)
        await JobRunner.run("rotate-master", common) { run throws(JobFailure) in
            try await RotationRun(run, flags, database).conclude()
        }
    }
}
