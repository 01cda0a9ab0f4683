import ArgumentParser
import Batch
import FoundationEssentials
import Postgres

/// `revalidate explain`: why a key is in the state it is in, and what happens to it next.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell why a key is in its state, and what happens next.",
        discussion: """
            Shows the key's state, strikes, last answers, history and mails; of the key itself only its first four
            characters. A deleted key still has its history. Works with the rights of byok_revalidate and of
            byok_operator.

            Example:
              revalidate explain --key 0c7a5a53-2f7e-4b43-9d3f-2f4cf7a3e0d1

            Exit status: 0 told; 1 nobody knows this id; 64 that is no id; 69 no database; 77 no right to read.
            """)

    @Option(name: .customLong("key"), help: "The id of the key, never the key itself.") var key: String
    @OptionGroup var operatorFlags: OperatorFlags

    /// What was typed is not repeated: it may be a key.
    func validate() throws {
        guard UUID(uuidString: key) != nil else {
            throw ValidationError("--key takes the id of a stored key, such as 0c7a5a53-2f7e-4b43-9d3f-2f4cf7a3e0d1.")
        }
    }

    func run() async {
        await JobRunner.reply("revalidate-explain", asJSON: operatorFlags.writesJSON) { () throws(JobFailure) in
            let connection = try operatorFlags.connection(for: "revalidate-explain")
            guard let keyID = UUID(uuidString: key) else { throw JobFailure(.usage, "--key takes an id") }
            let explained: ExplainedKey?
            do throws(PostgresError) {
                explained = try await ExplainedKey(of: keyID, reading: connection)
            } catch { throw JobFailure(error) }
            guard let explained else {
                throw JobFailure(
                    .findings, "no key has this id, and none ever had, as far as the records go",
                    next: "byok keys list shows the ids of a user's keys")
            }
            return Reply(explained.text, details: explained.details)
        }
    }
}
