/// The number of a master key: 1 or more, as the database's `int` holds it.
public struct MasterKeyVersion: Hashable, Comparable, Sendable {
    public let rawValue: Int32

    /// `nil` for zero, negative and too large numbers.
    public init?(_ number: some BinaryInteger) {
        guard let rawValue = Int32(exactly: number), rawValue > 0 else { return nil }
        self.rawValue = rawValue
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Unsigned, 32 bits, big-endian: how it stands in everything that is authenticated.
    var bigEndianBytes: [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (24 - 8 * Int32($0))) }
    }
}

extension MasterKeyVersion: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
