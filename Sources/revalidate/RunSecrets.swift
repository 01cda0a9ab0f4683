import Batch
import Fingerprints
import KeySettings
import Providers
import Vault

/// What a run was entrusted with, read once; the variables are erased.
struct RunSecrets: Sendable {
    typealias Canary = ConfiguredKeys.Canary

    let keyring: Keyring
    let scanKey: ScanKey?
    let canaries: [Provider: Canary]

    static func read(_ providers: [Provider]) throws(JobFailure) -> RunSecrets {
        RunSecrets(
            keyring: try ConfiguredKeys.keyring(), scanKey: try ConfiguredKeys.scanKey(),
            canaries: try ConfiguredKeys.canaries().filter { providers.contains($0.key) })
    }
}
