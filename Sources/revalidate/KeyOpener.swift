import Batch
import Fingerprints
import FoundationEssentials
import KeySettings
import Providers
import Secrets
import Synchronization
import Vault

/// A fingerprint ready to be stored.
struct StoredFingerprint: Sendable {
    let keyID: UUID
    let revision: Int
    let windows: [UInt8]
}

/// Opens sealed keys, and fingerprints them where none is stored yet. All lanes share it: opening takes microseconds.
final class KeyOpener: Sendable {
    enum Opened: ~Copyable {
        case key(SecretBytes)
        /// The row's own fault, as a code.
        case unreadable(String)
        /// Sealed under a master key that this process was not given.
        case unknownVersion
        /// OpenSSL refused.
        case failed
    }

    private let sealer: Mutex<KeySealer>
    private let fingerprinting: Fingerprinting?
    let scanKeyID: String?

    init(_ keyring: Keyring, _ scanKey: ScanKey?) throws(JobFailure) {
        do { sealer = Mutex(try KeySealer(keyring: keyring)) } catch { throw JobFailure(error) }
        scanKeyID = scanKey?.id
        do throws(FingerprintError) {
            fingerprinting = if let scanKey { try Fingerprinting(scanKey) } else { nil }
        } catch {
            throw Self.refusal
        }
    }

    private static var refusal: JobFailure {
        JobFailure(.broken, "OpenSSL refused to fingerprint keys", next: "see the system's log")
    }

    func open(_ key: DueKey) -> Opened {
        guard let binding = key.binding else { return .unreadable("impossible_master_key_version") }
        do throws(VaultError) {
            let secret = try sealer.withLock { sealer throws(VaultError) in
                try sealer.open(key.sealed.span, for: binding)
            }
            return .key(secret)
        } catch {
            return Self.fault(error)
        }
    }

    func needsFingerprint(_ key: DueKey) -> Bool {
        guard fingerprinting != nil else { return false }
        return key.fingerprintRevision != key.revision || key.scanKeyID != scanKeyID
    }

    /// Nil where the key is too short, too long or too even to have one.
    func fingerprint(_ key: DueKey, _ secret: borrowing SecretBytes) throws(JobFailure) -> StoredFingerprint? {
        guard let fingerprinting else { return nil }
        do throws(FingerprintError) {
            let windows = try fingerprinting.fingerprinter.withLock { fingerprinter throws(FingerprintError) in
                try key.provider.fingerprint(of: secret, with: &fingerprinter)
            }
            return windows.map { StoredFingerprint(keyID: key.id, revision: key.revision, windows: $0) }
        } catch .bodyTooLong {
            return nil
        } catch {
            throw Self.refusal
        }
    }

    private static func fault(_ error: VaultError) -> Opened {
        if let reason = error.quarantineReason { return .unreadable(reason.description) }
        if case .unknownMasterKeyVersion = error { return .unknownVersion }
        return .failed
    }
}

/// The fingerprinter, shared; an optional cannot lend what is not copyable.
private final class Fingerprinting: Sendable {
    let fingerprinter: Mutex<Fingerprinter>

    init(_ scanKey: ScanKey) throws(FingerprintError) { fingerprinter = Mutex(try Fingerprinter(scanKey)) }
}
