import ArgumentParser
import Batch
import Fingerprints
import KeySettings
import Postgres
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

            Interrupted, it can be run again with the same input. With --dry-run it counts what it would add.

            Examples:
              byok keys import keys.ndjson
              decrypt keys.ndjson.age | byok keys import -
              byok keys import keys.ndjson --dry-run     check every line, count, store none

            Exit: 0 done, 64 no such file, 65 done, but lines were bad, 69 database unavailable, 75 stopped: run \
            again, 77 not permitted, 78 a master key or scan key is missing or wrong.
            """)

    @OptionGroup var action: ActionFlags
    @OptionGroup var duration: DurationFlags
    @OptionGroup var database: DatabaseFlags

    @Argument(help: "The file; - or nothing for standard input.")
    var file: String?

    func run() async {
        await JobRunner.act("byok-keys-import", action, duration: duration) { [self] run throws(JobFailure) in
            let keyring = try ConfiguredKeys.keyring()
            let scanKey = try ConfiguredKeys.scanKey()
            let stream = try stream()
            let settings = try database.settings(for: "byok-keys-import")
            let connection = PostgresConnection(settings)
            let version: MasterKeyVersion
            do throws(VaultError) {
                version = try await MasterKeyRegister(proving: keyring, on: connection).current
            } catch { throw JobFailure(error) }
            let store = KeyStore(
                connection: connection, bookings: PostgresConnection(settings), version: version,
                scanKeyID: scanKey?.id, patience: settings.reconnectBudget)
            let enroller = try KeyEnroller.make(keyring, version, scanKey)
            var work = KeyImport(run, store, enroller)
            let end = await Self.read(stream, &work)
            return Self.conclude(work, end, isDry: run.settings.isDryRun)
        }
    }

    private enum End {
        case whole
        case stopped
        case failed(JobFailure)
    }

    private static func read(_ stream: consuming InputStream, _ work: inout KeyImport) async -> End {
        var source = LineSource(stream)
        do throws(JobFailure) { return try await work.read(&source) ? .whole : .stopped } catch {
            return .failed(error)
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
                "could not \(error.operation) \(PlaceName(error.path)): \(PlaceName(error.reason.description))",
                next: "name a file that is there and may be read")
        }
    }

    private static func conclude(_ work: borrowing KeyImport, _ end: End, isDry: Bool) -> Conclusion {
        let (added, already, bad) = (work.added, work.already, work.badLines.count)
        var outcomes: [Outcome] = bad > 0 ? [.rejected] : []
        var next: LogMessage? = bad > 0 ? "mend the bad lines and import them again" : nil
        var summary: LogMessage =
            isDry
            ? "\(added) keys would be added, \(already) are already there, \(bad) bad lines"
            : "\(added) keys added, \(already) already there, \(bad) bad lines"
        switch end {
        case .whole: break
        case .stopped:
            outcomes.append(.stopped)
            next = "run it again with the same input: what is there is skipped"
        case .failed(let failure):
            outcomes.append(failure.outcome)
            summary = "\(failure.message); until then \(summary)"
            let isWorthRepeating = failure.outcome == .unavailable
            next = isWorthRepeating ? "run it again with the same input: what is there is skipped" : failure.next
        }
        return Conclusion(
            outcomes.isEmpty ? [.done] : outcomes,
            counts: [
                isDry ? Conclusion.Count("would_add", added) : Conclusion.Count("added", added),
                Conclusion.Count("already", already), Conclusion.Count("bad", bad),
            ], summary: summary, next: next, details: [Conclusion.Detail("bad_lines", work.badLines.json)])
    }
}
