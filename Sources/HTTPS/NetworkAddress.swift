/// An IPv4 or IPv6 address as 4 or 16 bytes in network order.
struct NetworkAddress {
    let bytes: [UInt8]

    /// A block such as 10.0.0.0/8: the leading bytes, and how many of their bits count.
    struct Block {
        let prefix: [UInt8]
        let bitCount: Int

        init(_ prefix: [UInt8], _ bitCount: Int) {
            self.prefix = prefix
            self.bitCount = bitCount
        }

        func contains(_ bytes: [UInt8]) -> Bool {
            for index in prefix.indices {
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(8, max(0, bitCount - index * 8)))
                if index >= bytes.count || (prefix[index] ^ bytes[index]) & mask != 0 { return false }
            }
            return true
        }
    }

    var isLoopback: Bool {
        if let four = embeddedIPv4 { return four[0] == 127 }
        return bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// Globally routed unicast that is nobody's private, shared, documentation or metadata address.
    var isPublic: Bool {
        if let four = embeddedIPv4 { return !Self.specialIPv4.contains { $0.contains(four) } }
        guard bytes.count == 16, Self.globalIPv6.contains(bytes) else { return false }
        return !Self.specialIPv6.contains { $0.contains(bytes) }
    }

    /// An IPv4 address, also where it comes as IPv4-mapped or NAT64.
    private var embeddedIPv4: [UInt8]? {
        if bytes.count == 4 { return bytes }
        let isEmbedded = Self.mappedIPv4.contains(bytes) || Self.nat64.contains(bytes)
        return isEmbedded ? Array(bytes.suffix(4)) : nil
    }

    private static let mappedIPv4 = Block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 96)
    private static let nat64 = Block([0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0], 96)
    private static let globalIPv6 = Block([0x20], 3)

    /// IANA's special-purpose registry, and Azure's metadata server, which lives at a public address.
    private static let specialIPv4 = [
        Block([0], 8), Block([10], 8), Block([100, 64], 10), Block([127], 8), Block([169, 254], 16),
        Block([172, 16], 12), Block([192, 0, 0], 24), Block([192, 0, 2], 24), Block([192, 88, 99], 24),
        Block([192, 168], 16), Block([198, 18], 15), Block([198, 51, 100], 24), Block([203, 0, 113], 24),
        Block([224], 4), Block([240], 4), Block([168, 63, 129, 16], 32),
    ]

    /// Protocol assignments with Teredo, documentation, 6to4: all inside the global unicast block.
    private static let specialIPv6 = [
        Block([0x20, 0x01, 0x00], 23), Block([0x20, 0x01, 0x0D, 0xB8], 32), Block([0x20, 0x02], 16),
        Block([0x3F, 0xFF, 0x00], 20),
    ]
}
