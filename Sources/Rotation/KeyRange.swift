public import FoundationEssentials

/// A part of all keys: those whose ids lie between two bounds, both included.
public struct KeyRange: Sendable, Equatable {
    public let first: UUID
    public let last: UUID

    public static let all = KeyRange(first: id(0, filledWith: 0x00), last: id(0xFFFF_FFFF, filledWith: 0xFF))

    private init(first: UUID, last: UUID) {
        self.first = first
        self.last = last
    }

    /// Shard `index` of `count`, from 0. Random ids fall into equal parts; ids of another kind still each into one.
    public init?(shard index: Int, of count: Int) {
        guard (1...9999).contains(count), (0..<count).contains(index) else { return nil }
        let space = UInt64(1) << 32
        first = Self.id(space * UInt64(index) / UInt64(count), filledWith: 0x00)
        last = Self.id(space * UInt64(index + 1) / UInt64(count) - 1, filledWith: 0xFF)
    }

    /// A UUID by its first 32 bits.
    private static func id(_ bits: UInt64, filledWith f: UInt8) -> UUID {
        func byte(_ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: bits >> shift) }
        return UUID(uuid: (byte(24), byte(16), byte(8), byte(0), f, f, f, f, f, f, f, f, f, f, f, f))
    }
}
