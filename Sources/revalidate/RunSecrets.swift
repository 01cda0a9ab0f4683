import Batch
import Fingerprints
import Providers
import Secrets
import Vault

/// What a run was entrusted with, read once; the variables are erased.
struct RunSecrets: Sendable {
    /// An operator's own key of a provider. A class, so that it can be shared without a copy.
    final class Canary: Sendable {
        let key: SecretBytes
        init(_ key: consuming SecretBytes) { self.key = key }
    }

    let keyring: Keyring
    let scanKey: ScanKey?
    let canaries: [Provider: Canary]

    static func read(_ providers: [Provider]) throws(JobFailure) -> RunSecrets {
        let keyring: Keyring?
        do { keyring = try Keyring.read() } catch { throw JobFailure(error) }
        guard let keyring else {
            throw JobFailure(
                .misconfigured, "BYOK_MASTER_KEYS is not set", next: "set BYOK_MASTER_KEYS_FILE or BYOK_MASTER_KEYS")
        }
        do throws(SecretSourceError) {
            var canaries: [Provider: Canary] = [:]
            for provider in Provider.allCases {
                // Read whether or not it is asked for: the variable's memory is to be erased.
                guard let key = try SecretSource.read(provider.canaryVariable, maximumByteCount: 512) else { continue }
                if providers.contains(provider) { canaries[provider] = Canary(key) }
            }
            return RunSecrets(keyring: keyring, scanKey: try scanKey(), canaries: canaries)
        } catch {
            throw JobFailure(error)
        }
    }

    private static func scanKey() throws(SecretSourceError) -> ScanKey? {
        let name = "BYOK_SCAN_KEY"
        guard let secret = try SecretSource.readBase64(name, byteCount: ScanKey.byteCount) else { return nil }
        do {
            return try ScanKey(secret)
        } catch {
            throw SecretSourceError(variable: name, reason: .empty)
        }
    }
}

extension JobFailure {
    /// What is wrong with the master keys as a whole; a row's own fault never comes here.
    init(_ error: VaultError) {
        switch error {
        case .unreadableKeyring(let fault): self.init(fault)
        case .database(let fault): self.init(fault)
        case .wrongMasterKey(let version):
            self.init(
                .misconfigured, "master key \(version.rawValue) is not the one registered under that number",
                next: "give BYOK_MASTER_KEYS the right key; nothing was opened")
        case .unknownMasterKeyVersion(let version):
            self.init(
                .misconfigured, "BYOK_MASTER_KEYS has no master key \(version.rawValue), which is in use",
                next: "add it; nothing was opened")
        case .noCurrentMasterKey:
            self.init(
                .misconfigured, "no master key is registered", next: "run byok master-keys register")
        default:
            self.init(
                .misconfigured, "BYOK_MASTER_KEYS is malformed: \(PlaceName(String(describing: error)))",
                next: "one version:base64 entry a line, 32 bytes each")
        }
    }
}
