import System

/// A master key as the database knows it, and what is sealed under it.
struct MasterKeyEntry: Sendable {
    enum State: String, CaseIterable, Sendable {
        case next, current, previous, retired
    }

    /// NIST SP 800-38D 8.3: at most so many seals under one key with random 96-bit nonces.
    static let sealLimit = 1 << 32
    /// From here on it is time to rotate.
    static let sealWarning = 1 << 31

    let version: Int
    /// Nil where a row names the version and nobody registered it.
    let state: State?
    let checkValue: [UInt8]?
    /// Seals booked by every writer, never given back.
    let sealedCount: Int
    let createdAt: Timestamp?
    let activatedAt: Timestamp?
    let retiredAt: Timestamp?
    /// Keys sealed under it that can be read …
    let readable: Int
    /// … and those that are set aside.
    let quarantined: Int

    var stored: Int { readable &+ quarantined }
    var sealsLeft: Int { max(0, Self.sealLimit &- sealedCount) }
}
