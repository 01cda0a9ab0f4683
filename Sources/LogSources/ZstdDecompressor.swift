#if Compression
    internal import CZstd

    /// All frames of a zstd file, one after another.
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
