internal import CLinux
internal import Glibc

/// One of the two streams that people read, and what may be drawn on it.
public struct Terminal: Sendable {
    let descriptor: Int32
    public let isTerminal: Bool
    /// False with `NO_COLOR`, `TERM=dumb`, or where nobody watches.
    public let allowsColor: Bool
    /// False with `TERM=dumb`, or where nobody watches.
    public let allowsRedraw: Bool

    public static func standardOutput(_ environment: EnvironmentVariables = .terminal) -> Terminal {
        Terminal(descriptor: STDOUT_FILENO, environment: environment)
    }

    public static func standardError(_ environment: EnvironmentVariables = .terminal) -> Terminal {
        Terminal(descriptor: STDERR_FILENO, environment: environment)
    }

    init(descriptor: Int32, environment: EnvironmentVariables) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        allowsRedraw = isTerminal && environment["TERM"] != nil && environment["TERM"] != "dumb"
        allowsColor = allowsRedraw && environment["NO_COLOR"] == nil
    }

    /// True for a file that a group or others may read, as a shell's `>` makes them: no place for a secret.
    public var isFileOpenToOthers: Bool {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return status.st_mode & 0o077 != 0
    }

    /// Columns; 80 where the terminal does not say.
    public var width: Int {
        let columns = byok_terminal_columns(descriptor)
        return columns > 0 ? Int(columns) : 80
    }

    /// Whether everything was taken. A reader that went away (`| head -1`) or a closed stream is no error here.
    @discardableResult
    public func write(_ text: String) -> Bool {
        write(Array(text.utf8).span)
    }

    /// Copies nothing, so that a secret may be written.
    @discardableResult
    public func write(_ bytes: Span<UInt8>) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let rest = bytes.extracting(offset...)
            let count = unsafe rest.withUnsafeBufferPointer {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }
}

extension EnvironmentVariables {
    /// The two variables that decide how a terminal may be used.
    public static var terminal: EnvironmentVariables {
        EnvironmentVariables(reading: ["NO_COLOR", "TERM"])
    }
}
