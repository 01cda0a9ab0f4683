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

            Exit status: 0 swept and proved; 64 a wrong flag; 65 swept and proved, but rows that do not open were set \
            aside; 69 no database; 70 the books do not balance; 74 the report could not be written: run again; 75 \
            stopped, or another run is going: run again; 77 not permitted; 78 a master key, a reader or a setting is not \
            ready, or too many rows do not open.
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
