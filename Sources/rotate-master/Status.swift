import ArgumentParser
import Batch
import Postgres

/// `rotate-master status`: how a rotation goes, from any terminal.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how a rotation goes: rate, time to go, what it waits for, who runs it, what comes next.",
        discussion: """
            Reads only, and needs no master key. Works with the rights of byok_rotate and of byok_operator.

            Examples:
              rotate-master status
              watch -n 2 rotate-master status
              rotate-master status --json

            Exit status: 0 whatever there is to see; 69 no database; 77 no right to read.
            """)

    @OptionGroup var operatorFlags: OperatorFlags

    func run() async {
        await JobRunner.reply("rotate-master-status", asJSON: operatorFlags.writesJSON) { () throws(JobFailure) in
            let connection = try operatorFlags.connection(for: "rotate-master-status")
            do throws(PostgresError) {
                let snapshot = try await StatusSnapshot(reading: connection)
                return Reply(snapshot.text, details: snapshot.details)
            } catch { throw JobFailure(error) }
        }
    }
}
