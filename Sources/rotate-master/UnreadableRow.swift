import FoundationEssentials
import Vault

/// A row that did not open, with what is needed to set exactly these bytes aside.
struct UnreadableRow: Sendable {
    let keyID: UUID
    let version: Int
    let sealed: [UInt8]
    /// A plain code.
    let reason: String
}

extension VaultError {
    /// A plain code where only this row is lost; nil where it is not the row's fault.
    var rowFault: String? {
        switch self {
        case .missing: "missing"
        case .tooShort: "too_short"
        case .tooLong: "too_long"
        case .unknownFormat: "unknown_format"
        case .notAuthentic: "not_authentic"
        default: nil
        }
    }
}
