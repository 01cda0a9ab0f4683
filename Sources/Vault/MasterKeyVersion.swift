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
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    func append(to data: inout [UInt8]) {
        for shift: Int32 in [24, 16, 8, 0] { data.append(UInt8(truncatingIfNeeded: rawValue >> shift)) }
    }
}

extension MasterKeyVersion: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
