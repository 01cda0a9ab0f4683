internal import Glibc

/// What a folder is like, found out without making or changing anything.
public enum FolderState: Sendable, Equatable {
    /// Nobody else can write in it, and this process can. What is made in it is closed by its own mode.
    case ready
    /// It is not there, but its nearest parent lets this process make it.
    case canBeMade
    /// Others may put something in. `mode` is the permission bits.
    case writableByOthers(mode: UInt32)
    case symbolicLink
    case notAFolder
    case notWritable

    public static func of(_ path: String) -> FolderState {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            return errno == ENOENT ? ofMissing(path) : .notWritable
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: break
        case S_IFLNK: return .symbolicLink
        default: return .notAFolder
        }
        let mode = status.st_mode & 0o7777
        guard mode & 0o022 == 0 else { return .writableByOthers(mode: mode) }
        return unsafe access(path, W_OK | X_OK) == 0 ? .ready : .notWritable
    }

    private static func ofMissing(_ path: String) -> FolderState {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true)
        let root = path.hasPrefix("/") ? "/" : ""
        while !parts.isEmpty {
            parts.removeLast()
            let parent = parts.isEmpty ? (root.isEmpty ? "." : root) : root + parts.joined(separator: "/")
            var status = stat()
            guard unsafe stat(parent, &status) == 0 else { continue }
            guard status.st_mode & S_IFMT == S_IFDIR else { return .notAFolder }
            return unsafe access(parent, W_OK | X_OK) == 0 ? .canBeMade : .notWritable
        }
        return .notWritable
    }
}
