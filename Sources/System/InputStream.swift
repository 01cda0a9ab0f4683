internal import CLinux
internal import Glibc

/// Bytes that come in: a file, a pipe, or standard input. Waits in short steps, so that the reader can look at
/// other things.
public struct InputStream: ~Copyable {
    public enum Arrival: Sendable {
        case bytes
        /// Nothing yet; a tenth of a second has passed.
        case nothing
        case end
    }

    private let descriptor: FileDescriptor
    private let path: String

    private init(_ number: Int32, path: String) {
        descriptor = FileDescriptor(number: number)
        self.path = path
    }

    /// A copy of the descriptor: closing the stream leaves standard input open.
    public static func standardInput() throws(SystemError) -> InputStream {
        let number = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
        guard number >= 0 else { throw .current(.openFile, path: "standard input") }
        return InputStream(number, path: "standard input")
    }

    /// Links are followed: the caller named the file.
    public static func open(_ path: String) throws(SystemError) -> InputStream {
        let number = unsafe Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard number >= 0 else { throw .current(.openFile, path: path) }
        let stream = InputStream(number, path: path)
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw .current(.openFile, path: path) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError(.other(EISDIR), .openFile, path: path) }
        return stream
    }

    public var isTerminal: Bool { isatty(descriptor.number) == 1 }

    /// Reads once, at most as much as there is room for.
    public borrowing func read(into output: inout OutputSpan<UInt8>) throws(SystemError) -> Arrival {
        guard output.freeCapacity > 0 else { return .nothing }
        var waiting = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        let ready = unsafe poll(&waiting, 1, 100)
        if ready == 0 || (ready < 0 && errno == EINTR) { return .nothing }
        let count = unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
            let room = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
            let count = unsafe Glibc.read(descriptor.number, room.baseAddress, room.count)
            filled += max(count, 0)
            return count
        }
        if count == 0 { return .end }
        if count < 0 {
            if errno == EINTR || errno == EAGAIN { return .nothing }
            throw .current(.read, path: path)
        }
        return .bytes
    }

    /// Runs `body` while a terminal does not show what is typed.
    public borrowing func withoutEcho<Result: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var shown = termios()
        guard unsafe tcgetattr(descriptor.number, &shown) == 0 else { return try body() }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        unsafe tcsetattr(descriptor.number, TCSAFLUSH, &hidden)
        defer { unsafe tcsetattr(descriptor.number, TCSANOW, &shown) }
        return try body()
    }
}
