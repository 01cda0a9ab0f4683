internal import Secrets

/// The keyed function of one window: the first 8 bytes of `AES-256(x) xor x`, big-endian,
/// where `x` is the window in one block.
///
/// The `xor` matters. AES alone can be run backwards by whoever holds the key: 64 known bits
/// of a block leave 2^64 blocks to decrypt, far fewer than the 2^90 windows there are.
struct WindowFunction: ~Copyable {
    private let kind: FragmentKind
    private var blocks: AES256Blocks

    init(_ kind: FragmentKind, key: borrowing SecretBytes) throws(SecretsError) {
        let blocks = try AES256Blocks(key: key)
        self.kind = kind
        self.blocks = blocks
    }

    /// One value a start, in their order. Every start has a whole window after it.
    ///
    /// Blocks and their images stay in secret memory: together with the key either gives the window.
    mutating func values(of text: Span<UInt8>, at starts: [Int]) throws(SecretsError) -> [UInt64] {
        guard !starts.isEmpty else { return [] }
        let byteCount = starts.count &* AES256Blocks.blockByteCount
        let kind = kind
        let plain = SecretBytes(byteCount: byteCount) { output in
            for start in starts { Self.pack(text, start, kind, &output) }
        }
        let image = try encrypt(plain)
        return plain.withBytes { plain in
            image.withBytes { image in
                starts.indices.map { Self.value(plain, image, block: $0) }
            }
        }
    }

    private mutating func encrypt(_ plain: borrowing SecretBytes) throws(SecretsError) -> SecretBytes {
        try SecretBytes(byteCount: plain.byteCount) { output throws(SecretsError) in
            try plain.withBytes { plain throws(SecretsError) in try blocks.encrypt(plain, into: &output) }
        }
    }

    /// Sixteen characters as they are, or 24 digits in twelve bytes and four zero bytes.
    private static func pack(_ text: Span<UInt8>, _ start: Int, _ kind: FragmentKind, _ output: inout OutputSpan<UInt8>)
    {
        switch kind {
        case .text:
            for offset in 0..<AES256Blocks.blockByteCount { output.append(text[start &+ offset]) }
        case .hexadecimal:
            for pair in 0..<12 {
                let high = digit(text[start &+ 2 &* pair]), low = digit(text[start &+ 2 &* pair &+ 1])
                output.append(high << 4 | low)
            }
            for _ in 0..<4 { output.append(0) }
        }
    }

    private static func digit(_ character: UInt8) -> UInt8 {
        character >= UInt8(ascii: "a") ? character &- UInt8(ascii: "a") &+ 10 : character &- UInt8(ascii: "0")
    }

    private static func value(_ plain: Span<UInt8>, _ image: Span<UInt8>, block: Int) -> UInt64 {
        let first = block &* AES256Blocks.blockByteCount
        return (first..<first &+ 8).reduce(0) { $0 << 8 | UInt64(plain[$1] ^ image[$1]) }
    }
}
