internal import CLinux
internal import Glibc

/// What the operating system refused, during which operation, and for which path.
///
/// A path is a place; what a file holds is never part of an error.
public struct SystemError: Error, Equatable, Sendable {
    public enum Reason: Sendable, Equatable {
        case alreadyThere
        case notFound
        case notPermitted
        case symbolicLink
        case notADirectory
        case readOnly
        case noSpace
        case tooLarge
        case badName
        /// Any other `errno`.
        case other(Int32)
    }

    /// Named in the words that "could not …" takes.
    public enum Operation: String, Sendable {
        case makeFolder = "make the folder"
        case openFolder = "open the folder"
        case createFile = "make the file"
        case openFile = "open the file"
        case write = "write to"
        case read = "read"
        case sync = "bring to the disk"
        case rename = "give the new name to"
        /// The new name stands already; whether it outlives a crash is what nobody knows.
        case keepName = "make sure of the new name of"
        case remove = "remove"
        case list = "list"
    }

    public let reason: Reason
    public let operation: Operation
    public let path: String

    public init(_ reason: Reason, _ operation: Operation, path: String) {
        self.reason = reason
        self.operation = operation
        self.path = path
    }

    /// True where everything was done, and only a crash of the machine may still undo it.
    public var isPerhapsNotDurable: Bool { operation == .keepName }

    /// Call at once after the failure: reads `errno`.
    static func current(_ operation: Operation, path: String) -> SystemError {
        SystemError(Reason(errno: errno), operation, path: path)
    }
}

extension SystemError.Reason {
    init(errno code: Int32) {
        switch code {
        case EEXIST: self = .alreadyThere
        case ENOENT: self = .notFound
        case EACCES, EPERM: self = .notPermitted
        case ELOOP: self = .symbolicLink
        case ENOTDIR: self = .notADirectory
        case EROFS: self = .readOnly
        case ENOSPC, EDQUOT: self = .noSpace
        case EFBIG: self = .tooLarge
        default: self = .other(code)
        }
    }
}

extension SystemError.Reason: CustomStringConvertible {
    /// Words for a person; the system's own where there are none of ours.
    public var description: String {
        switch self {
        case .alreadyThere: "it is there already"
        case .notFound: "it is not there"
        case .notPermitted: "this user may not"
        case .symbolicLink: "it is a symbolic link, which is not followed"
        case .notADirectory: "a part of it is not a folder"
        case .readOnly: "its file system is read-only"
        case .noSpace: "no space is left"
        case .tooLarge: "it is too large"
        case .badName: "it is not a plain name"
        case .other(let code): ErrnoText.words(code)
        }
    }
}

/// The system's words for an `errno`, and its name: `Input/output error (EIO)`.
enum ErrnoText {
    static func words(_ code: Int32) -> String {
        let words = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        guard let name = unsafe byok_errno_name(code) else { return words }
        return "\(words) (\(unsafe String(cString: name)))"
    }
}
