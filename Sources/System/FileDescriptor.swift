internal import Glibc

/// Owns an open descriptor and closes it.
struct FileDescriptor: ~Copyable {
    let number: Int32

    deinit {
        close(number)
    }

    /// Everything or an error; a signal in between is no error.
    borrowing func write(_ bytes: Span<UInt8>, path: String) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            let rest = bytes.extracting(offset...)
            let count = unsafe rest.withUnsafeBufferPointer { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .current(.write, path: path)
            }
            offset += count
        }
    }

    /// At most `limit` bytes; a longer file is an error, not a shortened answer.
    borrowing func readAll(limit: Int, path: String) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw .current(.read, path: path)
            }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw SystemError(.tooLarge, .read, path: path) }
        }
    }

    borrowing func sync(path: String) throws(SystemError) {
        guard fsync(number) == 0 else { throw .current(.sync, path: path) }
    }

    /// Of a folder, after a name in it was given.
    borrowing func syncName(path: String) throws(SystemError) {
        guard fsync(number) == 0 else { throw .current(.keepName, path: path) }
    }
}
