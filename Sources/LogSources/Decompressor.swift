#if Compression
    internal import CZlib
    internal import CZstd
#endif

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

#if Compression
    @safe final class GzipDecompressor: Decompressor {
        private let stream: UnsafeMutablePointer<z_stream>
        private(set) var isBetweenMembers = false

        init() throws(SourceFailure) {
            unsafe stream = .allocate(capacity: 1)
            unsafe stream.initialize(to: z_stream())
            guard unsafe byok_inflate_gzip(stream) == Z_OK else { throw SourceFailure(.notReadable) }
        }

        deinit {
            unsafe inflateEnd(stream)
            unsafe stream.deallocate()
        }

        func decompress(_ input: Span<UInt8>, into output: inout OutputSpan<UInt8>) throws(SourceFailure) -> Int {
            if isBetweenMembers {
                guard input.count > 0 else { return 0 }
                // Some writers fill up with zeros.
                if input[0] == 0 { return 1 }
                guard input[0] == 0x1F else { throw SourceFailure(.trailingBytes) }
                guard unsafe inflateReset(stream) == Z_OK else { throw SourceFailure(.notReadable) }
                isBetweenMembers = false
            }
            let (status, taken) = unsafe input.withUnsafeBufferPointer { input in
                unsafe output.withUnsafeMutableBufferPointer { room, filled in
                    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                    unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
                    let free = UInt32(clamping: room.count - filled)
                    unsafe stream.pointee.next_out = room.baseAddress.map { unsafe $0 + filled }
                    unsafe stream.pointee.avail_out = free
                    let status = unsafe inflate(stream, Z_NO_FLUSH)
                    filled += Int(unsafe free - stream.pointee.avail_out)
                    return (status, input.count - Int(unsafe stream.pointee.avail_in))
                }
            }
            switch status {
            case Z_OK, Z_BUF_ERROR: return taken
            case Z_STREAM_END:
                isBetweenMembers = true
                return taken
            default: throw SourceFailure(.damagedArchive)
            }
        }
    }

    @safe final class ZstdDecompressor: Decompressor {
        private let stream: OpaquePointer
        private(set) var isBetweenMembers = false

        init() throws(SourceFailure) {
            guard let stream = unsafe ZSTD_createDStream() else { throw SourceFailure(.notReadable) }
            unsafe self.stream = stream
        }

        deinit { unsafe ZSTD_freeDStream(stream) }

        func decompress(_ input: Span<UInt8>, into output: inout OutputSpan<UInt8>) throws(SourceFailure) -> Int {
            let (status, taken) = unsafe input.withUnsafeBufferPointer { input in
                unsafe output.withUnsafeMutableBufferPointer { room, filled in
                    var from = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
                    var to = unsafe ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: filled)
                    let status = unsafe ZSTD_decompressStream(stream, &to, &from)
                    filled = unsafe to.pos
                    return (status, unsafe from.pos)
                }
            }
            guard ZSTD_isError(status) == 0 else {
                throw SourceFailure(isBetweenMembers ? .trailingBytes : .damagedArchive)
            }
            if taken > 0 || status == 0 { isBetweenMembers = status == 0 }
            return taken
        }
    }
#endif

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
