import ArgumentParser
import Batch
import Fingerprints
import FoundationEssentials
import HTTPS
import KeySettings
import Postgres
import Providers
import Secrets
import System
import Vault

struct KeysAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Asks the provider whether a key works, and stores it sealed if it does.",
        discussion: """
            The key is read from standard input, or typed at a prompt that does not show it; it is never an argument. \
            A key that is plainly another provider's, an admin key or a log-in token is refused unasked, and so is a \
            label that holds a piece of the key. A key that works without credit is stored with a warning. So is one \
            that its provider limits: an answer such as "no right to list models" or "not from this address" proves \
            the key, and says nothing about what an analysis may do with it. The new key's id is printed.

            Examples:
              pass show anthropic | byok keys add --user-id 6f9f… --provider anthropic --label production
              byok keys add --user-id 6f9f… --provider groq --label trial < key
              byok keys add --user-id 6f9f… --provider groq --label trial --dry-run < key     ask, store nothing

            Exit: 0 stored, 64 usage, 65 the key was refused and is not stored, 69 the provider or the database did \
            not answer and nothing is stored, 77 not permitted, 78 a master key or scan key is missing or wrong.
            """)

    @OptionGroup var action: ActionFlags
    @OptionGroup var input: InputFlags
    @OptionGroup var database: DatabaseFlags

    @Option(help: "Whose key it is: a UUID.") var userID: String
    @Option(help: "anthropic, openai, google, deepseek, mistral or groq.") var provider: String
    @Option(help: "What the user calls it; tells several keys of one provider apart.") var label = ""

    func run() async {
        await JobRunner.act("byok-keys-add", action, input: input) { [self] run throws(JobFailure) in
            let owner = try KeyFlags.uuid(userID, "--user-id")
            let provider = try KeyFlags.provider(provider)
            let label = try KeyFlags.label(label)
            let keyring = try ConfiguredKeys.keyring()
            let scanKey = try ConfiguredKeys.scanKey()
            let origins = try ProviderOrigins.configured()
            let settings = try database.settings(for: "byok-keys-add")
            let connection = PostgresConnection(settings)
            if origins.namesTestServers {
                try origins.expectRealHosts(unlessTest: await Migrator(connection).isTestInstallation())
            }
            let version = try await Self.currentVersion(keyring, connection)
            let key = try KeyPrompt.read(run)
            if run.stop.isMet { return Conclusion([.stopped], summary: "stopped; nothing is stored") }
            if let fault = EnrolledKey.fault(of: key, at: provider) {
                throw JobFailure(.rejected, "the key is not stored: it \(fault)", next: "check which key this is")
            }
            guard !LabelRule.holdsPiece(label, of: key, at: provider) else { throw Self.keyInLabel }
            let verdict = try await LiveCheck(origins: origins, run: run).verdict(on: key, of: provider)
            if run.settings.isDryRun { return Self.conclude(nil, verdict) }
            let store = KeyStore(
                connection: connection, bookings: connection, version: version, scanKeyID: scanKey?.id,
                patience: settings.reconnectBudget)
            try await store.reserveSeals(1)
            var enroller = try KeyEnroller.make(keyring, version, scanKey)
            let enrolled = try enroller.enrol(key, id: nil, userID: owner, provider: provider, label: label)
            let id = enrolled.id
            guard try await store.add([enrolled], verdict: verdict).ids.contains(id) else { throw Self.occupied }
            return Self.conclude(id, verdict)
        }
    }

    private static func currentVersion(
        _ keyring: Keyring, _ connection: PostgresConnection
    ) async throws(JobFailure) -> MasterKeyVersion {
        do throws(VaultError) {
            return try await MasterKeyRegister(proving: keyring, on: connection).current
        } catch { throw JobFailure(error) }
    }

    private static var keyInLabel: JobFailure {
        JobFailure(
            .usage, "the key is not stored: --label holds a piece of it",
            next: "choose another label; the shell's history now has that piece, so let the user make a new key")
    }

    private static var occupied: JobFailure {
        JobFailure(
            .rejected, "the key is not stored: this user has a key of that provider under that label",
            next: "choose another --label, or delete the other key first")
    }

    private static func conclude(_ id: UUID?, _ verdict: Verdict) -> Conclusion {
        Conclusion(
            counts: [Conclusion.Count("added", id == nil ? 0 : 1)],
            summary: id == nil ? "the key works (\(verdict)) and was not stored" : "the key works (\(verdict))",
            details: [
                Conclusion.Detail("key_id", id.map { .string($0.uuidString.lowercased()) } ?? .null),
                Conclusion.Detail("verdict", .string(verdict.rawValue)),
            ], answer: id.map { "\($0.uuidString.lowercased())\n" })
    }
}
