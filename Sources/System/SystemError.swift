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

    public enum Operation: String, Sendable {
        case makeFolder, openFolder, createFile, openFile, write, read, sync, rename, remove, list
    }

    public let reason: Reason
    public let operation: Operation
    public let path: String

    public init(_ reason: Reason, _ operation: Operation, path: String) {
        self.reason = reason
        self.operation = operation
        self.path = path
    }

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
