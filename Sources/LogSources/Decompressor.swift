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
            case .other: nil
            }
        #else
            nil
        #endif
    }
}
