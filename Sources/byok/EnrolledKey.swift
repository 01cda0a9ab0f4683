import FoundationEssentials
import Providers
import Secrets
import Vault

/// A key sealed for its row: what the database is given.
struct EnrolledKey: Sendable {
    let id: UUID
    let userID: UUID
    let provider: Provider
    let label: String
    /// The four characters that may be shown.
    let prefix: String
    let sealed: [UInt8]
    /// Encoded; nil without a scan key.
    let windows: [UInt8]?

    /// Shorter than this, the shown prefix would be half of the key.
    static let shortestKey = 8

    func isSameRow(as other: EnrolledKey) -> Bool {
        id == other.id && userID == other.userID && provider == other.provider && label == other.label
    }

    /// Nil for a key that may be stored, as far as its form tells.
    static func fault(of key: borrowing SecretBytes, at provider: Provider) -> ImportFault.Reason? {
        if key.byteCount < shortestKey { return .tooShort }
        if key.byteCount > Provider.maximumKeyByteCount { return .tooLong }
        switch provider.recognise(key) {
        case .plausible, .unfamiliar: return nil
        case .belongsTo: return .otherProvidersKey
        case .notUsable: return .notAnAPIKey
        case .impossible: return .badCharacter
        }
    }
}
