import Fingerprints
import FoundationEssentials
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

    init(_ keyring: Keyring, _ scanKey: ScanKey?) throws(VaultError) {
        sealer = Mutex(try KeySealer(keyring: keyring))
        scanKeyID = scanKey?.id
        fingerprinting = scanKey.flatMap { try? Fingerprinting($0) }
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

    /// Nil where the key is too short or too even to have one.
    func fingerprint(_ key: DueKey, _ secret: borrowing SecretBytes) -> StoredFingerprint? {
        guard let fingerprinting else { return nil }
        let body = SecretBody(of: secret, at: key.provider)
        let windows = body.bytes.withBytes { bytes in
            fingerprinting.fingerprinter.withLock { try? $0.windows(of: bytes, shape: body.shape) }
        }
        guard let windows, !windows.isEmpty, let encoded = try? WindowList.encode(windows) else { return nil }
        return StoredFingerprint(keyID: key.id, revision: key.revision, windows: encoded)
    }

    private static func fault(_ error: VaultError) -> Opened {
        switch error {
        case .missing: .unreadable("missing")
        case .tooShort: .unreadable("too_short")
        case .tooLong: .unreadable("too_long")
        case .unknownFormat: .unreadable("unknown_format")
        case .notAuthentic: .unreadable("not_authentic")
        case .unknownMasterKeyVersion: .unknownVersion
        default: .failed
        }
    }
}

/// The fingerprinter, shared; an optional cannot lend what is not copyable.
private final class Fingerprinting: Sendable {
    let fingerprinter: Mutex<Fingerprinter>

    init(_ scanKey: ScanKey) throws(FingerprintError) { fingerprinter = Mutex(try Fingerprinter(scanKey)) }
}

/// A key without its public prefix, and where in it the secret lies.
struct SecretBody: ~Copyable {
    let bytes: SecretBytes
    let shape: BodyShape

    init(of key: borrowing SecretBytes, at provider: Provider) {
        let segments = provider.anatomy(of: key).segments
        let start = segments.first?.range.lowerBound ?? 0
        bytes = key.withBytes { key in SecretBytes(copying: key.extracting(start...)) }
        let ranges = segments.map { segment in
            SecretRange(
                segment.range.lowerBound - start..<segment.range.upperBound - start,
                millibits: Int(segment.bitsPerCharacter * 1000))
        }
        // Four bits or less a character is hexadecimal.
        let isHexadecimal = !segments.isEmpty && segments.allSatisfy { $0.bitsPerCharacter <= 4 }
        shape = BodyShape(kind: isHexadecimal ? .hexadecimal : .text, secretRanges: ranges)
    }
}
