import Batch
import Fingerprints
import LogSources
import Postgres
import Scanner
import Secrets
import System

/// One run of the job, from its settings to its conclusion.
struct ScanRun: Sendable {
    let run: Run
    let flags: ScanFlags
    let databaseFlags: DatabaseFlags

    init(_ run: Run, _ flags: ScanFlags, _ database: DatabaseFlags) {
        self.run = run
        self.flags = flags
        databaseFlags = database
    }

    func conclude() async throws(JobFailure) -> Conclusion {
        let settings = try ScanSettings(flags, in: EnvironmentVariables(reading: ScanSettings.variables))
        let scanKey = try Self.scanKey()
        let report = try ScanReport(run.settings)
        let baseline = try settings.baselineFile.map { path throws(JobFailure) in try Baseline.read(path) } ?? .empty
        let state =
            try settings.startsOver
            ? nil
            : settings.stateFile.map { path throws(JobFailure) in
                try ScanState.read(path)
            }
        let database = try settings.usesDatabase ? ScanDatabase(databaseFlags) : nil
        let keys = try await database?.load(scanKey) ?? .none
        let rules = ScanRules(scanKey: scanKey, stored: keys.windows, inflate: GzipText.inflate)
        guard let database, !run.settings.isDryRun else {
            let pass = SourcesPass(run, settings, rules, state ?? ScanState(), database)
            let summary = try await summary(pass, keys, baseline, database)
            return try await ScanClosing(run, settings, report).conclude(summary, nil, database)
        }
        return try await database.underLease(run) { record throws(JobFailure) in
            let pass = SourcesPass(run, settings, rules, state ?? ScanState(), database)
            let summary = try await summary(pass, keys, baseline, database)
            return try await ScanClosing(run, settings, report).conclude(summary, record, database)
        }
    }

    private func summary(
        _ pass: SourcesPass, _ keys: StoredKeys, _ baseline: Baseline, _ database: ScanDatabase?
    ) async throws(JobFailure) -> ScanSummary {
        let result = await pass.scan()
        var owners = keys.ids.map { KeyOwner(keyID: $0) }
        let found = Set(
            result.sources.flatMap(\.findings).compactMap { located -> Int? in
                if case .storedKey(let number) = located.finding.kind { Int(number) } else { nil }
            })
        if let database, !found.isEmpty {
            for (number, owner) in try await database.owners(of: found.sorted().map { ($0, keys.ids[$0]) }) {
                owners[number] = owner
            }
        }
        return ScanSummary(run, result, keys, owners, baseline)
    }

    private static func scanKey() throws(JobFailure) -> ScanKey {
        let secret: SecretBytes?
        do {
            secret = try SecretSource.readBase64("BYOK_SCAN_KEY", byteCount: ScanKey.byteCount)
        } catch {
            throw JobFailure(error)
        }
        guard let secret else {
            throw JobFailure(
                .misconfigured, "BYOK_SCAN_KEY is not set",
                next: "set BYOK_SCAN_KEY_FILE or BYOK_SCAN_KEY to what revalidate and byok use")
        }
        do { return try ScanKey(secret) } catch {
            throw JobFailure(.misconfigured, "BYOK_SCAN_KEY is not 32 bytes in base64")
        }
    }
}
