import ArgumentParser
import Batch
import FoundationEssentials
import Providers
import System

struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists stored keys: whose, which provider, which state. Of a key its first four characters.",
        discussion: """
            Examples:
              byok keys list --user-id 6f9f…
              byok keys list --provider openai --status disabled --limit 1000 --json

            Exit: 0 done, 64 usage, 69 database unavailable, 77 not permitted.
            """)

    @OptionGroup var output: ReplyFlags
    @OptionGroup var database: DatabaseFlags

    @Option(help: "Only this user's.") var userID: String?
    @Option(help: "Only this provider's.") var provider: String?
    @Option(help: "Only those that are unchecked, active, suspected or disabled.") var status: String?
    @Option(help: "At most so many, 1 to 100000 (default 100).") var limit: String?

    private static let columns = [
        "id", "user_id", "provider", "label", "key_prefix", "status", "last_verdict", "last_checked_at",
    ]

    func run() async {
        await JobRunner.reply("byok-keys-list", output) { [self] () throws(JobFailure) in
            var owner: UUID?
            if let userID { owner = try KeyFlags.uuid(userID, "--user-id") }
            var only: Provider?
            if let provider { only = try KeyFlags.provider(provider) }
            let keys = try await StoredKey.find(
                userID: owner, provider: only, status: try chosenStatus(), limit: try chosenLimit(),
                on: database.connection(for: "byok-keys-list"))
            var table = TextTable(Self.columns)
            for key in keys { table.append(key.cells(Self.columns)) }
            return Reply(
                table.text, details: [("keys", .array(keys.map(\.json)))],
                counts: [Conclusion.Count("keys", keys.count)])
        }
    }

    private func chosenStatus() throws(JobFailure) -> KeyStatus? {
        guard let status else { return nil }
        if let known = KeyStatus(rawValue: status) { return known }
        throw JobFailure(
            .usage, "--status is malformed; expected unchecked, active, suspected or disabled", next: "name one of them"
        )
    }

    private func chosenLimit() throws(JobFailure) -> Int {
        guard let limit else { return 100 }
        if let number = Int(limit), (1...100_000).contains(number) { return number }
        throw JobFailure(
            .usage, "--limit is malformed; expected a whole number from 1 to 100000", next: "leave it out for 100")
    }
}
