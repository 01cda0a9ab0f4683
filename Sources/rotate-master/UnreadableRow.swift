import FoundationEssentials

/// A row that did not open, with what is needed to set exactly these bytes aside.
struct UnreadableRow: Sendable {
    let keyID: UUID
    let version: Int
    let sealed: [UInt8]
    /// A plain code.
    let reason: String
}
