internal import Glibc

/// A regular file, opened for reading, as it was at that moment.
struct OpenedFile: ~Copyable {
    let descriptor: Int32
    let size: Int
    let identity: FileIdentity

    /// Links to files are followed, as `cat` does; a pipe would hold us up for ever and is refused.
    static func open(_ path: String) throws(SourceFailure) -> OpenedFile {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw SourceFailure(errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw SourceFailure(.notAFile)
        }
        let identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        return OpenedFile(descriptor: descriptor, size: Int(status.st_size), identity: identity)
    }

    deinit { close(descriptor) }

    /// Appends bytes from `offset` on, as many as there is room for, but none from `end` on. Gives how many came.
    borrowing func read(
        from offset: Int, to end: Int, into output: inout OutputSpan<UInt8>
    ) throws(SourceFailure) -> Int {
        let wanted = min(output.freeCapacity, end - offset)
        guard wanted > 0 else { return 0 }
        while true {
            let count = unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
                let room = unsafe buffer.baseAddress.map { unsafe $0 + filled }
                let count = unsafe pread(descriptor, room, wanted, off_t(offset))
                filled += max(0, count)
                return count
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw SourceFailure(.notReadable) }
        }
    }

    /// The bytes of a short range; fewer where the file ends.
    borrowing func bytes(_ range: Range<Int>) throws(SourceFailure) -> [UInt8] {
        var failure: SourceFailure?
        let bytes = [UInt8](capacity: range.count) { output in
            do throws(SourceFailure) {
                while try read(from: range.lowerBound + output.count, to: range.upperBound, into: &output) > 0 {}
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The first place from `offset` on that is no hole; the file's size where there is none. `offset` itself where the
    /// file no longer goes so far, so that reading shows it.
    borrowing func data(from offset: Int) -> Int {
        // SEEK_DATA, which glibc hides behind _GNU_SOURCE.
        let found = lseek(descriptor, off_t(offset), 3)
        if found >= 0 { return Int(found) }
        guard errno == ENXIO else { return offset }
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 && status.st_size > offset ? size : offset
    }
}

/// What a file keeps when it is renamed.
public struct FileIdentity: Sendable, Hashable {
    public let device: UInt64
    public let inode: UInt64
}

/// A ``SourceProblem`` on its way up.
struct SourceFailure: Error {
    let problem: SourceProblem

    init(_ problem: SourceProblem) { self.problem = problem }

    init(_ code: Int32) {
        switch code {
        case ENOENT, ENOTDIR: problem = .missing
        case EACCES, EPERM: problem = .notPermitted
        case ELOOP: problem = .link
        case ENXIO, ENODEV: problem = .notAFile
        default: problem = .notReadable
        }
    }
}
