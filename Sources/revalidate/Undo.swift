import ArgumentParser
import Batch
import FoundationEssentials
import Postgres

/// `revalidate undo`: takes back what a run disabled.
struct Undo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Enable again what a run disabled, and withdraw its mails.",
        discussion: """
            A key that its user replaced, or that changed otherwise since, stays as it is. Restored keys are due at once,
            and their strikes start anew. Twice is harmless.

            Mails wait 30 minutes after the run. Those sent already cannot be called back: they are listed, and the
            command ends with 1, because somebody should write to these users.

            Example:
              revalidate undo --run 6f1c… --reason "the provider had an outage, ticket 813"

            Exit status: 0 taken back; 1 taken back, but mails had been sent, or there is no such run; 69 no database;
            77 only the operator may.
            """)

    @Option(help: "The run, as `revalidate status` or its report shows it.") var run: String
    @Option(help: "Why, for the audit log: 1 to 500 characters.") var reason: String
    @Flag(help: "Say what would be done, and do nothing. [env: BYOK_DRY_RUN]") var dryRun = false
    @OptionGroup var operatorFlags: OperatorFlags

    func validate() throws {
        guard UUID(uuidString: run) != nil else { throw ValidationError("--run takes the id of a run.") }
        guard DryRun.isReason(reason) else { throw ValidationError("--reason takes 1 to 500 characters.") }
    }

    func run() async {
        await JobRunner.reply("revalidate-undo", asJSON: operatorFlags.writesJSON) { () throws(JobFailure) in
            let connection = try operatorFlags.connection(for: "revalidate-undo")
            let isDryRun = try DryRun.isAsked(dryRun)
            try await connection.expectOperator()
            guard let runID = UUID(uuidString: run) else { throw JobFailure(.usage, "--run takes the id of a run") }
            let result: UndoResult?
            do throws(PostgresError) {
                result = try await UndoResult.of(runID, reason, on: connection, isDryRun: isDryRun)
            } catch { throw JobFailure(error) }
            guard let result else {
                throw JobFailure(
                    .findings, "nothing was done: there is no such run", next: "revalidate status names the last runs")
            }
            return result.reply
        }
    }
}
