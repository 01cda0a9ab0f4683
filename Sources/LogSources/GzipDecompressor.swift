#if Compression
    internal import CZlib

    /// All members of a gzip file, one after another.
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
#endif
