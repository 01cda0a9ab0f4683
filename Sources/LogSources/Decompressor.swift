/// Formats that are recognised by how they begin, whatever the file is called.
enum ArchiveFormat {
    case gzip, zstd

    init?(_ beginning: [UInt8]) {
        if beginning.starts(with: [0x1F, 0x8B, 8]) {
            self = .gzip
        } else if beginning.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            self = .zstd
        } else {
            return nil
        }
    }
}

/// Decompresses a stream piece by piece; all members of a gzip file, all frames of a zstd file.
protocol Decompressor: AnyObject {
    /// Takes from `input` and appends to `output`. Gives how many bytes were taken.
    func decompress(_ input: Span<UInt8>, into output: inout OutputSpan<UInt8>) throws(SourceFailure) -> Int
    /// Whether the stream may end here.
    var isBetweenMembers: Bool { get }
}

enum Decompressors {
    /// Nil where this build has none.
    static func make(_ format: ArchiveFormat) throws(SourceFailure) -> (any Decompressor)? {
        #if Compression
            switch format {
            case .gzip: try GzipDecompressor()
            case .zstd: try ZstdDecompressor()
            }
        #else
            nil
        #endif
    }
}
