import ArgumentParser
import Batch
import KeySettings
import Postgres
import Vault

struct MasterKeysRegister: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Tells the database which master keys there are: each number with a value that proves the key.",
        discussion: """
            Registers every key of BYOK_MASTER_KEYS. The very first becomes current; later ones wait as next until \
            byok master-keys set-current makes one current. Registering again changes nothing. When the database knows another key \
            under one of the numbers, nothing is registered.

            Examples:
              BYOK_MASTER_KEYS_FILE=keys/master-keys byok master-keys register
              BYOK_MASTER_KEYS_FILE=keys/master-keys byok master-keys register --dry-run

            Exit: 0 done, 69 database unavailable, 77 not permitted, 78 no keys configured, or a key is not the one \
            registered under its number.
            """)

    @OptionGroup var action: ActionFlags
    @OptionGroup var database: DatabaseFlags

    func run() async {
        await JobRunner.act("byok-master-keys-register", action) { [self] run throws(JobFailure) in
            let keyring = try ConfiguredKeys.keyring()
            let connection = try database.connection(for: "byok-master-keys")
            let known = try await RegisteredMasterKey.all(connection, keyring)
            if let wrong = known.first(where: { $0.held == .wrong }) { throw RegisteredMasterKey.fail(on: wrong) }
            let fresh = keyring.versions.filter { version in
                !known.contains { $0.version == Int(version.rawValue) && $0.state != nil }
            }
            let isDry = run.settings.isDryRun
            let states = isDry ? [] : try await register(fresh, keyring, connection)
            return Conclusion(
                counts: [
                    Conclusion.Count("registered", states.count),
                    Conclusion.Count("pending", isDry ? fresh.count : 0),
                    Conclusion.Count("already", keyring.versions.count - fresh.count),
                ], summary: Self.summary(fresh, states))
        }
    }

    private static func summary(_ versions: [MasterKeyVersion], _ states: [MasterKeyState]) -> LogMessage? {
        let parts = zip(versions, states).map { "master key \($0) is \($1)" as LogMessage }
        return parts.first.map { first in parts.dropFirst().reduce(first) { "\($0), \($1)" } }
    }

    /// One transaction: a keyring is registered as a whole.
    private func register(
        _ versions: [MasterKeyVersion], _ keyring: Keyring, _ connection: PostgresConnection
    ) async throws(JobFailure) -> [MasterKeyState] {
        try await connection.transaction(retrying: 3) { transaction throws(JobFailure) in
            var states: [MasterKeyState] = []
            for version in versions {
                guard let key = keyring[version] else { continue }
                states.append(try Self.register(key, in: transaction))
            }
            return states
        }
    }

    private static func register(
        _ key: MasterKey, in transaction: borrowing Transaction
    ) throws(JobFailure) -> MasterKeyState {
        let statement = Statement(
            "register_master_key", sql: PackageResources.register_master_key_sql,
            [.int(Int(key.version.rawValue)), .bytes(key.checkValue)])
        do {
            let text = try transaction.query(statement).single().text("state")
            return MasterKeyState(rawValue: text) ?? .next
        } catch {
            guard error.sqlState == "BK005" else { throw JobFailure(error) }
            throw JobFailure(.wrongMasterKey(key.version))
        }
    }
}

enum MasterKeyState: String, CaseIterable, Loggable {
    case next, current, previous, retired
}
