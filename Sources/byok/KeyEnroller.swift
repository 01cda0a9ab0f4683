import Batch
import Fingerprints
import FoundationEssentials
import KeySettings
import Providers
import Secrets
import Vault

/// Seals and fingerprints keys, one after another, under the current master key.
struct KeyEnroller: ~Copyable {
    let version: MasterKeyVersion
    let scanKeyID: String?
    private var sealer: KeySealer
    private var fingerprinter: Fingerprinter?

    static func make(
        _ keyring: Keyring, _ version: MasterKeyVersion, _ scanKey: ScanKey?
    ) throws(JobFailure) -> KeyEnroller {
        let sealer: KeySealer
        do { sealer = try KeySealer(keyring: keyring) } catch { throw JobFailure(error) }
        guard let scanKey else {
            return KeyEnroller(version: version, scanKeyID: nil, sealer: sealer, fingerprinter: nil)
        }
        let fingerprinter: Fingerprinter
        do { fingerprinter = try Fingerprinter(scanKey) } catch {
            throw JobFailure(.broken, "OpenSSL refused to work", next: "report this")
        }
        return KeyEnroller(version: version, scanKeyID: scanKey.id, sealer: sealer, fingerprinter: fingerprinter)
    }

    private init(
        version: MasterKeyVersion, scanKeyID: String?, sealer: consuming KeySealer,
        fingerprinter: consuming Fingerprinter?
    ) {
        self.version = version
        self.scanKeyID = scanKeyID
        self.sealer = sealer
        self.fingerprinter = fingerprinter
    }

    /// One seal of those reserved. `id` nil draws one.
    mutating func enrol(
        _ key: borrowing SecretBytes, id given: UUID?, userID: UUID, provider: Provider, label: String
    ) throws(JobFailure) -> EnrolledKey {
        let id = given ?? UUID()
        let binding = SealBinding(
            keyID: id, userID: userID, masterKeyVersion: version, provider: provider.rawValue)
        let sealed: [UInt8]
        do { sealed = try sealer.seal(key, for: binding) } catch { throw JobFailure(error) }
        var windows: [UInt8]?
        do {
            windows = try fingerprinter?.windows(of: key, at: provider)
        } catch { throw JobFailure(.broken, "a key could not be fingerprinted", next: "report this") }
        let prefix = key.withBytes { key in
            String(decoding: (0..<min(4, key.count)).map { key[$0] }, as: UTF8.self)
        }
        return EnrolledKey(
            id: id, hasNewID: given == nil, userID: userID, provider: provider, label: label, prefix: prefix,
            sealed: sealed, windows: windows ?? nil)
    }
}

extension Fingerprinter {
    fileprivate mutating func windows(
        of key: borrowing SecretBytes, at provider: Provider
    ) throws(FingerprintError) -> [UInt8]? {
        try provider.fingerprint(of: key, with: &self)
    }
}
