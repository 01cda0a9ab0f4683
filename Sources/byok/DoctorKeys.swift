import Batch
import Fingerprints
import KeySettings
import Postgres
import Vault

/// What the stored keys, their master keys and their mails say.
extension DoctorDatabase {
    func keyChecks() async -> [DoctorCheck] {
        var checks: [DoctorCheck] = []
        if job.opensKeys {
            checks += await masterKeys()
            checks.append(await heapUpdates())
        }
        if job.usesFingerprints { checks.append(await fingerprints()) }
        if job.readsOutbox { checks.append(await outbox()) }
        return checks
    }

    private func masterKeys() async -> [DoctorCheck] {
        let statement = Statement("doctor_master_keys", sql: PackageResources.doctor_master_keys_sql)
        do throws(PostgresError) {
            let registered = try await connection.query(statement).map { row throws(PostgresError) in
                try RegisteredKey(row)
            }
            return [proof(registered), Self.seals(registered)]
        } catch { return [Self.undecided("key-check", error), Self.undecided("seals", error)] }
    }

    private func proof(_ registered: [RegisteredKey]) -> DoctorCheck {
        guard let keyring = secrets.keyring else {
            return .notDecided(
                "key-check", why: "no master key could be read", mend: "mend the line 'master-keys' first")
        }
        let why: LogMessage = "a wrong master key opens nothing, and seals what nobody else opens"
        for known in registered {
            guard let stored = known.checkValue, let key = keyring[known.version] else { continue }
            guard key.isProved(by: stored.span) else {
                return .fail(
                    "key-check", .misconfigured, "the configured master key \(known.version) is another one",
                    why: why, mend: "configure the key that was registered under this number")
            }
        }
        guard let current = registered.first(where: { $0.state == "current" }) else {
            return .fail(
                "key-check", .misconfigured, "no master key is current", why: why,
                mend: "run byok master-keys register")
        }
        let needed = registered.filter { $0.readable > 0 || $0.version == current.version }
        if let missing = needed.first(where: { keyring[$0.version] == nil }) {
            return .fail(
                "key-check", .misconfigured,
                "master key \(missing.version) is not configured; \(missing.readable) keys are sealed under it",
                why: why, mend: "add version \(missing.version) to BYOK_MASTER_KEYS")
        }
        if let unknown = needed.first(where: { $0.checkValue == nil }) {
            return .fail(
                "key-check", .misconfigured,
                "\(unknown.readable) keys are sealed under master key \(unknown.version), which is not registered",
                why: why, mend: "run byok master-keys register")
        }
        return .pass(
            "key-check", "\(needed.count) in use, each proved by its check value; \(current.version) is current")
    }

    private static func seals(_ registered: [RegisteredKey]) -> DoctorCheck {
        guard let worn = registered.filter({ $0.sealCount >= 1 << 31 }).max(by: { $0.sealCount < $1.sealCount }) else {
            return .pass("seals", "every master key has sealed less than half of 2^32 times")
        }
        return .fail(
            "seals", .findings, "master key \(worn.version) has \(worn.sealCount) of 4294967296 seals booked",
            why: "random nonces must not be drawn more often under one key", mend: "rotate to a new master key")
    }

    private func heapUpdates() async -> DoctorCheck {
        let statement = Statement("doctor_update_spoilers", sql: PackageResources.doctor_update_spoilers_sql)
        return await look("heap-updates", statement) { rows throws(PostgresError) in
            guard let first = rows.first else {
                return .pass("heap-updates", "no index, trigger or fillfactor on api_keys slows a rotation")
            }
            let (kind, name) = (PlaceName(try first.text("kind")), PlaceName(try first.text("name")))
            return .fail(
                "heap-updates", .findings, "\(rows.count) spoil updates of byok.api_keys: the \(kind) \(name)",
                why: "a rotation rewrites two columns of every row, and nothing else may follow from it",
                mend: "drop what was added to byok.api_keys, and set its fillfactor to 85")
        }
    }

    private func fingerprints() async -> DoctorCheck {
        guard let scanKey = secrets.scanKey else {
            return .notDecided(
                "fingerprints", why: "no scan key could be read", mend: "mend the line 'scan-key' first")
        }
        let statement = Statement(
            "doctor_fingerprints", sql: PackageResources.doctor_fingerprints_sql, [.text(scanKey.id)])
        return await look("fingerprints", statement) { rows throws(PostgresError) in
            let row = try rows.single()
            let (known, keys) = (try row.int("known"), try row.int("keys"))
            guard known == keys else {
                return .fail(
                    "fingerprints", .findings, "\(known) of \(keys) keys are known under this scan key",
                    why: "audit-scan cannot find a fragment of a key it does not know",
                    mend:
                        "wait for revalidate, which looks at every key within 7 days, or configure the earlier scan key"
                )
            }
            return .pass("fingerprints", "\(known) of \(keys) keys are known under this scan key")
        }
    }

    private func outbox() async -> DoctorCheck {
        let statement = Statement("doctor_outbox", sql: PackageResources.doctor_outbox_sql)
        return await look("outbox", statement) { rows throws(PostgresError) in
            let row = try rows.single()
            let (late, failed) = (try row.int("late"), try row.int("failed"))
            guard late + failed == 0 else {
                return .fail(
                    "outbox", .findings, "\(late) mails wait for more than a day, \(failed) have failed",
                    why: "users do not know that their key was disabled", mend: "look at what delivers the mails")
            }
            return .pass("outbox", "no mail is stuck")
        }
    }
}

private struct RegisteredKey: Sendable {
    let version: MasterKeyVersion
    let state: String?
    /// Absent where rows name a version that nobody registered.
    let checkValue: [UInt8]?
    let sealCount: Int
    let readable: Int

    init(_ row: Row) throws(PostgresError) {
        guard let version = MasterKeyVersion(try row.int("version")) else {
            throw PostgresError(.unexpectedResult, operation: "read column", name: "version")
        }
        self.version = version
        state = try row.optionalText("state")
        checkValue = try row.optionalBytes("check_value")
        sealCount = try row.optionalInt("sealed_count") ?? 0
        readable = try row.int("readable")
    }
}
