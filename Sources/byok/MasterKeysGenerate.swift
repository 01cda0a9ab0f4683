import ArgumentParser
import Batch
import KeySettings
import Postgres
import Secrets
import System
import Vault

struct MasterKeysGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Makes a new master key: one line version:base64 for BYOK_MASTER_KEYS_FILE.",
        discussion: """
            The key is shown to no terminal: send it to a file of your own, or into a secret store. It is not \
            registered by this; do so with byok master-keys register, once every reader has it.

            Without --key-version the number is the next one after those registered and those configured.

            Examples:
              byok master-keys generate --to-file keys/master-keys
              byok master-keys generate --key-version 1 | kubectl create secret generic byok --from-file=keys=/dev/stdin
              (umask 077; byok master-keys generate >> keys/master-keys)

            Exit: 0 done, 64 output would be shown on a terminal, 69 database unavailable, 74 the file is there \
            already or cannot be written, 77 the output file may be read by others, 78 the version is taken.
            """)

    @OptionGroup var action: ActionFlags
    @OptionGroup var database: DatabaseFlags

    @Option(help: "The new key's number, 1 or more; without it the next free one, for which the database is asked.")
    var keyVersion: String?

    @Option(help: "Write the line into this new file (mode 0600) instead of standard output.")
    var toFile: String?

    func run() async {
        await JobRunner.act("byok-master-keys-generate", action) { [self] run throws(JobFailure) in
            do throws(JobFailure) {
                return try await generate(run)
            } catch {
                return Conclusion([error.outcome], summary: error.message, next: error.next, answer: answer)
            }
        }
    }

    private func generate(_ run: Run) async throws(JobFailure) -> Conclusion {
        try refuseVisibleOutput()
        let version = try await chosenVersion()
        guard !run.settings.isDryRun else {
            return Conclusion(
                summary: "would make master key \(version); nothing was written", details: [Self.detail(version)],
                answer: answer)
        }
        try write(version)
        return Conclusion(
            summary: "made master key \(version)", next: "give it to every reader, then byok master-keys register",
            details: [Self.detail(version)], answer: answer)
    }

    /// Standard output may be a file of keys: the key and nothing but it, whatever happens.
    private var answer: String? { toFile == nil ? "" : nil }

    private static func detail(_ version: MasterKeyVersion) -> Conclusion.Detail {
        Conclusion.Detail("version", .integer(Int64(version.rawValue)))
    }

    private func refuseVisibleOutput() throws(JobFailure) {
        guard toFile == nil else { return }
        let output = Terminal.standardOutput()
        if output.isTerminal {
            throw JobFailure(
                .usage, "a master key is not shown on a terminal", next: "use --to-file PATH, or a pipe")
        }
        if action.json {
            throw JobFailure(.usage, "--json and the key would share standard output", next: "use --to-file PATH")
        }
        if output.isFileOpenToOthers {
            throw JobFailure(
                .notPermitted, "the file on standard output may be read by others",
                next: "use --to-file PATH, or umask 077")
        }
    }

    private func chosenVersion() async throws(JobFailure) -> MasterKeyVersion {
        let configured = try ConfiguredKeys.optionalKeyring()?.versions ?? []
        if let keyVersion {
            guard let number = Int(keyVersion), let version = MasterKeyVersion(number) else {
                throw JobFailure(
                    .usage, "--key-version is malformed; expected a whole number from 1 on",
                    next: "leave it out: the next free number is taken")
            }
            guard !configured.contains(version) else {
                throw JobFailure(
                    .misconfigured, "BYOK_MASTER_KEYS has a key \(version, as: "version") already",
                    next: "leave --key-version out: the next free number is taken")
            }
            return version
        }
        let last = max(try await lastRegistered(), Int(configured.last?.rawValue ?? 0))
        guard let version = MasterKeyVersion(last + 1) else {
            throw JobFailure(.misconfigured, "every version up to the largest is taken", next: "report this")
        }
        return version
    }

    private func lastRegistered() async throws(JobFailure) -> Int {
        let connection = try database.connection(for: "byok-master-keys")
        do {
            return try await connection.query(
                Statement("last_master_key", sql: PackageResources.last_master_key_sql, idempotent: true)
            ).single().int("version")
        } catch { throw JobFailure(error) }
    }

    private func write(_ version: MasterKeyVersion) throws(JobFailure) {
        let line: SecretBytes
        do { line = try Self.line(version) } catch {
            throw JobFailure(
                .broken, "no random bytes could be had; nothing was written", next: "look at the system's log")
        }
        if let toFile {
            do {
                try line.withBytes { line throws(SystemError) in try PrivateFile.create(line, at: toFile) }
            } catch { throw Self.failure(error) }
        } else {
            let isWritten = line.withBytes { Terminal.standardOutput().write($0) }
            guard isWritten else {
                throw JobFailure(
                    .notWritten, "standard output did not take the whole key", next: "throw it away and make another")
            }
        }
    }

    private static func line(_ version: MasterKeyVersion) throws(SecretsError) -> SecretBytes {
        let key = try Randomness.secretBytes(MasterKey.byteCount)
        let text = Base64.encode(key)
        let head = Array("\(version):".utf8)
        return SecretBytes(byteCount: head.count + text.byteCount + 1) { output in
            for byte in head { output.append(byte) }
            text.withBytes { text in
                for index in text.indices { output.append(text[index]) }
            }
            output.append(UInt8(ascii: "\n"))
        }
    }

    private static func failure(_ error: SystemError) -> JobFailure {
        guard error.reason == .alreadyThere else { return JobFailure(error) }
        return JobFailure(
            .notWritten, "\(PlaceName(error.path)) is there already and stays as it is", next: "name a new file")
    }
}
