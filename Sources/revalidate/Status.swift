import ArgumentParser
import Batch
import Postgres

/// `revalidate status`: where things stand, and what a person may have to do.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show runs, lease, backlog, guards, suspected keys and mails.",
        discussion: """
            Reads only. For each guard that holds keys back it prints the line that releases it, confirming words
            included. Works with the rights of byok_revalidate and of byok_operator.

            Examples:
              revalidate status
              revalidate status --json

            Exit status: 0 whatever there is to see; 69 no database; 77 no right to read.
            """)

    @OptionGroup var operatorFlags: OperatorFlags

    func run() async {
        await JobRunner.reply("revalidate-status", asJSON: operatorFlags.writesJSON) { () throws(JobFailure) in
            let connection = try operatorFlags.connection(for: "revalidate-status")
            do throws(PostgresError) {
                let snapshot = try await StatusSnapshot(reading: connection)
                return Reply(snapshot.text, details: snapshot.details)
            } catch { throw JobFailure(error) }
        }
    }
}
