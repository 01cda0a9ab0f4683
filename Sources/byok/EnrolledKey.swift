import FoundationEssentials
import Providers
import Secrets
import Vault

/// A key sealed for its row: what the database is given.
struct EnrolledKey: Sendable {
    let id: UUID
    /// Drawn for it just now: a row with this id is its own.
    let hasNewID: Bool
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

    /// What a dry run makes of a key: nothing is sealed.
    init(unsealed id: UUID, hasNewID: Bool, userID: UUID, provider: Provider, label: String) {
        self.init(
            id: id, hasNewID: hasNewID, userID: userID, provider: provider, label: label, prefix: "", sealed: [],
            windows: nil)
    }

    init(
        id: UUID, hasNewID: Bool, userID: UUID, provider: Provider, label: String, prefix: String, sealed: [UInt8],
        windows: [UInt8]?
    ) {
        self.id = id
        self.hasNewID = hasNewID
        self.userID = userID
        self.provider = provider
        self.label = label
        self.prefix = prefix
        self.sealed = sealed
        self.windows = windows
    }

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
