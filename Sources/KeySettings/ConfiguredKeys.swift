public import Batch
public import Fingerprints
public import Providers
public import Secrets
public import Vault

/// The secrets that a job which opens keys is configured with. Each variable is erased by reading it, so each is
/// read once.
public enum ConfiguredKeys {
    /// An operator's own key of a provider. A class, so that it can be shared without a copy.
    public final class Canary: Sendable {
        public let key: SecretBytes
        init(_ key: consuming SecretBytes) { self.key = key }
    }

    /// Nil when none is configured.
    public static func optionalKeyring() throws(JobFailure) -> Keyring? {
        do { return try Keyring.read() } catch { throw JobFailure(error) }
    }

    public static func keyring() throws(JobFailure) -> Keyring {
        if let keyring = try optionalKeyring() { return keyring }
        throw JobFailure(
            .misconfigured, "neither BYOK_MASTER_KEYS_FILE nor BYOK_MASTER_KEYS is set",
            next: "name the file that holds them in BYOK_MASTER_KEYS_FILE; byok master-keys generate makes a first one")
    }

    /// Nil when none is configured: then nothing is fingerprinted.
    public static func scanKey() throws(JobFailure) -> ScanKey? {
        let secret: SecretBytes?
        do {
            secret = try SecretSource.readBase64("BYOK_SCAN_KEY", byteCount: ScanKey.byteCount)
        } catch { throw JobFailure(error) }
        guard let secret else { return nil }
        do { return try ScanKey(secret) } catch {
            throw JobFailure(.broken, "OpenSSL could not derive from BYOK_SCAN_KEY", next: "report this")
        }
    }

    /// All of them, whoever is asked in this run: the variables' memory is to be erased.
    public static func canaries() throws(JobFailure) -> [Provider: Canary] {
        var canaries: [Provider: Canary] = [:]
        for provider in Provider.allCases {
            do throws(SecretSourceError) {
                let key = try SecretSource.read(
                    provider.canaryVariable, maximumByteCount: Provider.maximumKeyByteCount)
                if let key { canaries[provider] = Canary(key) }
            } catch { throw JobFailure(error) }
        }
        return canaries
    }
}
