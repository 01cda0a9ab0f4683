import ArgumentParser
import Batch
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

    @OptionGroup var common: CommonFlags
    @OptionGroup var database: DatabaseFlags

    /// NIST SP 800-38D, section 8.3: seals under one key with random 96-bit nonces.
    private static let sealLimit = 1 << 32

    func run() async {
        await JobRunner.run("byok-master-keys-list", common) { [self] run throws(JobFailure) in
            let keyring = try ConfiguredKeys.optionalKeyring()
            let connection = try database.connection(for: "byok-master-keys")
            let keys = try await RegisteredMasterKey.all(connection, keyring)
            if !common.json { Terminal.standardOutput().write(Self.table(keys)) }
            return conclude(keys, run)
        }
    }

    private func conclude(_ keys: [RegisteredMasterKey], _ run: Run) -> Conclusion {
        var outcomes: [Outcome] = [.done]
        for key in keys {
            if key.held == .wrong {
                outcomes.append(.misconfigured)
                run.log.error("wrong_key", RegisteredMasterKey.fail(on: key).message)
            }
            if key.state == nil {
                outcomes.append(.findings)
                run.log.warning("unregistered", "keys are sealed under \(key.version, as: "version"), not registered")
            }
            if key.sealedCount >= Self.sealLimit / 2 {
                outcomes.append(.findings)
                run.log.warning("seals", "master key \(key.version, as: "version") has used half of its seals: rotate")
            }
        }
        return Conclusion(
            outcomes, counts: [Conclusion.Count("master_keys", keys.count)],
            details: [Conclusion.Detail("master_keys", .array(keys.map(Self.json)))])
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
