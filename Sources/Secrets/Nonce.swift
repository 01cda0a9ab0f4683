/// The 96-bit value that must never repeat under one AES-GCM key.
public struct Nonce: Hashable, Sendable {
    public static let byteCount = 12

    public let bytes: [12 of UInt8]

    /// `nil` unless there are exactly 12 bytes.
    public init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = [12 of UInt8] { bytes[$0] }
    }

    public static func == (left: Nonce, right: Nonce) -> Bool {
        left.bytes.indices.allSatisfy { left.bytes[$0] == right.bytes[$0] }
    }

    public func hash(into hasher: inout Hasher) {
        for index in bytes.indices { hasher.combine(bytes[index]) }
    }
}
