import ArgumentParser
import Batch
import KeySettings
import System
import Vault

struct MasterKeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the registered master keys, how often each has sealed, and how many keys it holds.",
        discussion: """
            "here" tells whether BYOK_MASTER_KEYS has the key: configured, missing, or wrong (another key under that \
            number). A master key may seal 2^32 times; from 2^31 on it is time to rotate.

            Examples:
              byok master-keys list
              BYOK_MASTER_KEYS_FILE=keys/master-keys byok master-keys list --json

            Exit: 0 done, 1 a key should be rotated or rows name a version that nobody registered, \
            69 database unavailable, 77 not permitted, 78 a configured key is wrong.
            """)

    @OptionGroup var output: ReplyFlags
    @OptionGroup var database: DatabaseFlags

    /// NIST SP 800-38D, section 8.3: seals under one key with random 96-bit nonces.
    private static let sealLimit = 1 << 32

    func run() async {
        await JobRunner.reply("byok-master-keys-list", output) { [self] () throws(JobFailure) in
            let keyring = try ConfiguredKeys.optionalKeyring()
            let connection = try database.connection(for: "byok-master-keys")
            let keys = try await RegisteredMasterKey.all(connection, keyring)
            return Self.reply(keys)
        }
    }

    private static func reply(_ keys: [RegisteredMasterKey]) -> Reply {
        var outcomes: [Outcome] = [.done]
        var notes: [LogMessage] = []
        for key in keys {
            let version = key.version
            if key.held == .wrong {
                outcomes.append(.misconfigured)
                notes.append(RegisteredMasterKey.fail(on: key).message)
            }
            if key.state == nil {
                outcomes.append(.findings)
                notes.append("\(key.keyCount) keys are sealed under \(version), which is not registered: register it")
            }
            if key.sealedCount >= sealLimit / 2 {
                outcomes.append(.findings)
                notes.append("master key \(version) has used half of its seals: rotate to a new one")
            }
        }
        return Reply(
            table(keys) + notes.map { "\($0.text)\n" }.joined(),
            details: [
                ("master_keys", .array(keys.map(json))), ("notes", .array(notes.map { .string($0.text) })),
            ], outcome: .first(of: outcomes), counts: [Conclusion.Count("master_keys", keys.count)])
    }

    private static func table(_ keys: [RegisteredMasterKey]) -> String {
        var table = TextTable(["version", "state", "here", "keys", "seals", "of 2^32"])
        for key in keys {
            table.append([
                String(key.version), key.state ?? "unregistered", key.held.rawValue, String(key.keyCount),
                String(key.sealedCount), percent(key.sealedCount),
            ])
        }
        return table.text
    }

    private static func percent(_ count: Int) -> String {
        let thousandths = count * 100_000 / sealLimit
        let digits = String(thousandths % 1000 + 1000).dropFirst()
        return "\(thousandths / 1000).\(digits) %"
    }

    private static func json(_ key: RegisteredMasterKey) -> JSONText.Value {
        .object([
            ("version", .integer(Int64(key.version))), ("state", key.state.map { .string($0) } ?? .null),
            ("here", .string(key.held.rawValue)), ("keys", .integer(Int64(key.keyCount))),
            ("sealed_count", .integer(Int64(key.sealedCount))), ("seal_limit", .integer(Int64(sealLimit))),
        ])
    }
}
