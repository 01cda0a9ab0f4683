public import Secrets

/// The master keys that this process was given, by version.
public struct Keyring: Sendable {
    /// Where ``read()`` looks; with `_FILE` behind it, for the file's path.
    public static let variable = "BYOK_MASTER_KEYS"

    private let keys: [MasterKeyVersion: MasterKey]

    /// `version:base64(32 bytes)` entries, one a line or separated by commas; blank ones are skipped.
    public init(parsing text: borrowing SecretBytes) throws(VaultError) {
        keys = try text.withBytes { text throws(VaultError) in
            try KeyringText.entries(in: text)
        }
        guard !keys.isEmpty else { throw .emptyKeyring }
    }

    /// From `BYOK_MASTER_KEYS_FILE` or `BYOK_MASTER_KEYS`, whose memory is erased; `nil` when neither is set.
    public static func read() throws(VaultError) -> Keyring? {
        let text: SecretBytes?
        do {
            text = try SecretSource.read(variable)
        } catch {
            throw .unreadableKeyring(error)
        }
        guard let text else { return nil }
        return try Keyring(parsing: text)
    }

    public subscript(_ version: MasterKeyVersion) -> MasterKey? { keys[version] }

    /// Ascending.
    public var versions: [MasterKeyVersion] { keys.keys.sorted() }
}
