import ArgumentParser
import Batch
import Fingerprints
import System
import Vault

struct KeysImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Reads keys as NDJSON, seals them, and stores those that are not there yet.",
        discussion: """
            One JSON object a line, with these fields and no others, all strings:
              {"id": "…", "user_id": "…", "provider": "anthropic", "label": "…", "key": "…"}
            "id" may be left out. Empty lines are passed over. A line is skipped as already there when its id, or its \
            user, provider and label, has a key. A bad line is reported by its number and field, never by what it \
            holds; the other lines are stored. Keys stay unchecked, and unusable, until revalidate finds them valid.

            Interrupted, it can be run again with the same input.

            Examples:
              byok keys import keys.ndjson
              decrypt keys.ndjson.age | byok keys import -
              byok keys import keys.ndjson --dry-run     check every line, store none

            Exit: 0 done, 64 no such file, 65 done, but lines were bad, 69 database unavailable, 75 stopped: run \
            again, 77 not permitted, 78 a master key or scan key is missing or wrong.
            """)

    @OptionGroup var common: CommonFlags
    @OptionGroup var database: DatabaseFlags

    @Argument(help: "The file; - or nothing for standard input.")
    var file: String?

    func run() async {
        await JobRunner.run("byok-keys-import", common) { [self] run throws(JobFailure) in
            let keyring = try ConfiguredKeys.keyring()
            let scanKey = try ConfiguredKeys.scanKey()
            let stream = try stream()
            let connection = try database.connection(for: "byok-keys-import")
            let version: MasterKeyVersion
            do throws(VaultError) {
                version = try await MasterKeyRegister(proving: keyring, on: connection).current
            } catch { throw JobFailure(error) }
            let store = KeyStore(connection: connection, version: version, scanKeyID: scanKey?.id)
            let enroller = try KeyEnroller.make(keyring, version, scanKey)
            var source = LineSource(stream)
            var work = KeyImport(run, store, enroller)
            let hasEnded = try await work.read(&source)
            return Self.conclude(
                added: work.added, already: work.already, bad: work.badLines, hasEnded: hasEnded)
        }
    }

    private func stream() throws(JobFailure) -> InputStream {
        do throws(SystemError) {
            guard let file, file != "-" else {
                let input = try InputStream.standardInput()
                if !input.isTerminal { return input }
                throw SystemError(.badName, .openFile, path: "standard input")
            }
            return try InputStream.open(file)
        } catch {
            if error.reason == .badName {
                throw JobFailure(.usage, "keys are not typed in on a terminal", next: "name a file, or pipe them in")
            }
            throw JobFailure(
                error.reason == .notPermitted ? .notPermitted : .usage,
                "\(PlaceName(error.path)) cannot be opened", next: "name a file that is there and may be read")
        }
    }

    private static func conclude(added: Int, already: Int, bad: BadLines, hasEnded: Bool) -> Conclusion {
        var outcomes: [Outcome] = [.done]
        if bad.count > 0 { outcomes.append(.rejected) }
        if !hasEnded { outcomes.append(.stopped) }
        let summary: LogMessage = "\(added) keys added, \(already) already there, \(bad.count) bad lines"
        let next: LogMessage? =
            !hasEnded
            ? "run it again with the same input: what is there is skipped"
            : bad.count > 0 ? "mend the bad lines and import them again" : nil
        return Conclusion(
            outcomes,
            counts: [
                Conclusion.Count("added", added), Conclusion.Count("already", already),
                Conclusion.Count("bad", bad.count),
            ], summary: summary, next: next, details: [Conclusion.Detail("bad_lines", bad.json)])
    }
}
