import Batch
import Fingerprints
import KeySettings
import Providers
import Secrets
import Vault

/// The secrets that a job is given: read once, since reading erases a variable.
struct DoctorSecrets: Sendable {
    let job: DoctorJob
    private(set) var keyring: Keyring?
    private(set) var scanKey: ScanKey?

    init(job: DoctorJob) { self.job = job }

    mutating func checks() -> [DoctorCheck] {
        var checks: [DoctorCheck] = []
        if job.opensKeys { checks.append(masterKeys()) }
        if job.usesFingerprints { checks.append(scanKeyCheck()) }
        if job.writesReports { checks.append(signingKey()) }
        if job == .revalidate { checks.append(canaries()) }
        return checks
    }

    private mutating func masterKeys() -> DoctorCheck {
        let why: LogMessage = "without them no stored key opens"
        do throws(JobFailure) {
            let keyring = try ConfiguredKeys.keyring()
            self.keyring = keyring
            return .pass("master-keys", "\(keyring.versions.count) can be read")
        } catch { return .fail("master-keys", error, why: why) }
    }

    private mutating func scanKeyCheck() -> DoctorCheck {
        let why: LogMessage = "without it no key is fingerprinted, and audit-scan knows none"
        do throws(JobFailure) {
            guard let scanKey = try ConfiguredKeys.scanKey() else { return missingScanKey(why) }
            self.scanKey = scanKey
            return .pass("scan-key", "can be read, id \(PlaceName(scanKey.id))")
        } catch { return .fail("scan-key", error, why: why) }
    }

    private func missingScanKey(_ why: LogMessage) -> DoctorCheck {
        let mend: LogMessage = "name a file with base64 of 32 random bytes in BYOK_SCAN_KEY_FILE"
        guard job == .auditScan else {
            return .notDecided("scan-key", why: "BYOK_SCAN_KEY is not set: \(why)", mend: mend)
        }
        return .fail("scan-key", .misconfigured, "BYOK_SCAN_KEY is not set", why: why, mend: mend)
    }

    private func signingKey() -> DoctorCheck {
        let why: LogMessage = "reports are signed with it"
        do throws(SecretSourceError) {
            guard let pem = try SecretSource.read("BYOK_SIGNING_KEY") else {
                return .pass("signing-key", "none is set: reports carry hashes and no signature")
            }
            do throws(SecretsError) {
                _ = try Ed25519SigningKey(pem: pem)
            } catch {
                return .fail(
                    "signing-key", .misconfigured, "BYOK_SIGNING_KEY (\(pem.byteCount) bytes) is no Ed25519 key",
                    why: why, mend: "make one with: openssl genpkey -algorithm ed25519")
            }
        } catch { return .fail("signing-key", JobFailure(error), why: why) }
        return .pass("signing-key", "can be read")
    }

    private func canaries() -> DoctorCheck {
        do throws(JobFailure) {
            let count = try ConfiguredKeys.canaries().count
            return .pass("canaries", "\(count) of \(Provider.allCases.count) providers have one")
        } catch {
            return .fail("canaries", error, why: "a canary proves that a provider's refusals mean something")
        }
    }
}
