import ArgumentParser
import Batch
import FoundationEssentials
import Postgres
import Providers
import System

/// `revalidate approve`: a person vouches for the refusals that a guard holds back.
struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Release the guard of one provider, so that its refusals count.",
        discussion: """
            First look whether the refusals are true: the provider's status page, and `revalidate explain --key ID` for
            one of the keys. The keys held back are then asked again at once. Nothing is disabled by this command itself:
            a key is disabled when it is refused again, its gap over.

            Without --confirm, or with other words, it prints the words to type and changes nothing.

            Example:
              revalidate approve --run 6f1c… --provider openai --reason "keys of 2024 retired, ticket 812" \\
                --confirm "disable up to 412 openai keys"

            Exit status: 0 released; 1 no guard of this run waits; 64 wrong words, nothing was done; 69 no database;
            77 only the operator may.
            """)

    @Option(help: "The run that tripped the guard, as `revalidate status` shows it.") var run: String
    @Option(help: "Which provider, where the run tripped several guards.") var provider: String?
    @Option(help: "Why, for the audit log: 1 to 500 characters.") var reason: String
    @Option(help: "The words that `revalidate status` shows.") var confirm: String?
    @Option(name: .customLong("for"), help: "How long the guard stays released, at most 7d.") var validFor = "24h"
    @Flag(help: "Say what would be done, and do nothing. [env: BYOK_DRY_RUN]") var dryRun = false
    @OptionGroup var operatorFlags: OperatorFlags

    func validate() throws {
        _ = try order()
    }

    func run() async {
        await JobRunner.reply("revalidate-approve", asJSON: operatorFlags.writesJSON) { () throws(JobFailure) in
            let connection = try operatorFlags.connection(for: "revalidate-approve")
            let isDryRun = try DryRun.isAsked(dryRun)
            try await connection.expectOperator()
            guard let order = try? order() else { throw JobFailure(.usage, "the flags are wrong") }
            let end: ApproveOrder.End
            do throws(PostgresError) {
                end = try await order.carryOut(on: connection, isDryRun: isDryRun)
            } catch { throw JobFailure(error) }
            return try end.reply(to: order)
        }
    }

    /// Nothing that was typed is repeated: somebody in a hurry may have pasted a key.
    private func order() throws -> ApproveOrder {
        guard let runID = UUID(uuidString: run) else { throw ValidationError("--run takes the id of a run.") }
        let provider = self.provider.flatMap(Provider.init(rawValue:))
        guard (provider == nil) == (self.provider == nil) else {
            throw ValidationError("--provider is one of anthropic, openai, google, deepseek, mistral, groq.")
        }
        guard DryRun.isReason(reason) else { throw ValidationError("--reason takes 1 to 500 characters.") }
        guard let duration = DurationText.read(validFor), duration > .zero, duration <= .seconds(7 * 86400) else {
            throw ValidationError("--for takes a duration such as 24h, at most 7d.")
        }
        return ApproveOrder(runID: runID, provider: provider, reason: reason, words: confirm, validFor: duration)
    }
}
