internal import Glibc

/// Why a secret could not be read: which variable and what is wrong with it, with lengths
/// and modes, never with bytes, never with the path that a `_FILE` variable holds.
public struct SecretSourceError: Error, Equatable, Sendable {
    /// The variable at fault: `X`, or `X_FILE` when it is about the file.
    public let variable: String
    public let reason: Reason

    public init(variable: String, reason: Reason) {
        self.variable = variable
        self.reason = reason
    }

    public enum Reason: Equatable, Sendable {
        /// `X` and `X_FILE` both, so nobody can say which one counts.
        case setTwice
        case empty
        case cannotOpen(errno: Int32)
        case cannotRead(errno: Int32)
        case notARegularFile
        /// `mode` is the file's permission bits.
        case openToOthers(mode: UInt32)
        case ownedByAnotherUser
        /// `byteCount` is what is known: the file's size, or where reading stopped.
        case tooLong(byteCount: Int, maximum: Int)
        case notBase64(byteCount: Int)
        case wrongLength(byteCount: Int, expected: Int)
    }

    /// True for exit status 77, false for 78.
    public var isNotPermitted: Bool {
        switch reason {
        case .openToOthers, .ownedByAnotherUser: true
        case .cannotOpen(let errno), .cannotRead(let errno): errno == EACCES || errno == EPERM
        case .setTwice, .empty, .notARegularFile, .tooLong, .notBase64, .wrongLength: false
        }
    }
}

extension SecretSourceError: CustomStringConvertible {
    public var description: String { "\(variable) \(reason.description)" }
}

extension SecretSourceError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .setTwice: "is set and its _FILE twin too"
        case .empty: "is empty (0 bytes)"
        case .cannotOpen(let errno): "names a file that cannot be opened: \(Self.words(errno))"
        case .cannotRead(let errno): "names a file that cannot be read: \(Self.words(errno))"
        case .notARegularFile: "names something that is not a regular file"
        case .openToOthers(let mode): "names a file open to others (mode \(String(mode, radix: 8)))"
        case .ownedByAnotherUser: "names a file that belongs to another user"
        case .tooLong(let count, let maximum): "is too long (\(count) bytes, at most \(maximum))"
        case .notBase64(let count): "is not base64 (\(count) bytes)"
        case .wrongLength(let count, let expected): "has the wrong length (\(count) bytes, expected \(expected))"
        }
    }

    /// What the person who set it does about it.
    public var advice: String {
        switch self {
        case .setTwice: "keep one of the two, best the _FILE twin"
        case .empty: "fill it, or unset it"
        case .cannotOpen(let errno) where errno == ENOENT: "name a file that is there"
        case .cannotOpen, .cannotRead: "let this user read the file, or name another one"
        case .notARegularFile: "name a plain file"
        case .openToOthers: "chmod 0400 the file"
        case .ownedByAnotherUser: "chown the file to the user who runs this"
        case .tooLong: "check that it names the right secret"
        case .notBase64: "write it in base64, one line, without quotes"
        case .wrongLength(_, let expected): "make one with: openssl rand -base64 \(expected)"
        }
    }

    /// The system's, such as `No such file or directory`.
    private static func words(_ code: Int32) -> String {
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
