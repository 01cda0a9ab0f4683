/// Formats that are recognised by how they begin, whatever the file is called.
enum ArchiveFormat {
    case gzip, zstd
    /// Compressed, and not by what can be read here.
    case other

    private static let others: [[UInt8]] = [
        [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0],  // xz
        Array("BZh".utf8),  // bzip2
        [0x50, 0x4B, 3, 4],  // zip
        [0x04, 0x22, 0x4D, 0x18],  // lz4
        [0x1F, 0x9D],  // compress
        [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C],  // 7z
        Array("LZIP".utf8),
        [0x89, 0x4C, 0x5A, 0x4F],  // lzop
    ]

    init?(_ beginning: [UInt8]) {
        if beginning.starts(with: [0x1F, 0x8B, 8]) {
            self = .gzip
        } else if beginning.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) || Self.isSkippableFrame(beginning) {
            self = .zstd
        } else if Self.others.contains(where: { beginning.starts(with: $0) }) {
            self = .other
        } else {
            return nil
        }
    }

    /// Of zstd; some writers begin with one.
    private static func isSkippableFrame(_ beginning: [UInt8]) -> Bool {
        beginning.count >= 4 && beginning[0] & 0xF0 == 0x50 && beginning[1...3].elementsEqual([0x2A, 0x4D, 0x18])
    }
}
