import Batch
import Fingerprints
import FoundationEssentials
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
        let report = try RunReport(run.settings)
        let known = try settings.baselineFile.map(Baseline.read) ?? []
        let state = try settings.stateFile.map(ScanState.read) ?? ScanState()
        let database = try settings.usesDatabase ? ScanDatabase(databaseFlags) : nil
        let keys = try await database?.load(scanKey) ?? .none
        let sieve = FindingSieve(known: known)
        let rules = ScanRules(scanKey: scanKey, stored: keys.windows, inflate: GzipText.inflate, sieve: sieve)
        let pass = SourcesPass(run, settings, rules, state, database)
        let closing = ScanClosing(run, settings, report)
        guard let database, !run.settings.isDryRun else {
            return try await closing.conclude(await summary(pass, keys, sieve, database), nil, database)
        }
        return try await database.underLease(run) { permit throws(JobFailure) in
            try await closing.conclude(await summary(pass, keys, sieve, database), permit, database)
        }
    }

    private func summary(
        _ pass: SourcesPass, _ keys: StoredKeys, _ sieve: FindingSieve, _ database: ScanDatabase?
    ) async -> ScanSummary {
        var result = await pass.scan()
        let found = Dictionary(uniqueKeysWithValues: sieve.storedKeys.map { ($0, keys.ids[Int($0)]) })
        var owners = found.mapValues { KeyOwner(keyID: $0) }
        if let database, !found.isEmpty {
            // What was found is told all the same.
            do throws(JobFailure) { owners = try await database.owners(of: found) } catch {
                result.failures.append((ScanDatabase.keys, error))
            }
        }
        return ScanSummary(run, result, keys, owners, sieve)
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
