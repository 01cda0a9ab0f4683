internal import CLinux
internal import Glibc

/// A file that appears under its name only when it is complete, never through a link.
///
/// Its mode is 0600 whatever the umask, unless a program of another user must read it.
///
/// Dropped without `commit`, it leaves nothing behind.
public struct PrivateFile: ~Copyable {
    public let path: String
    private let name: String
    private let temporaryName: String
    private let descriptor: FileDescriptor
    private let folder: FileDescriptor
    private let mode: mode_t
    private var isCommitted = false

    private init(path: String, name: String, temporaryName: String, mode: mode_t, open: consuming Opened) {
        self.path = path
        self.name = name
        self.temporaryName = temporaryName
        self.mode = mode
        descriptor = FileDescriptor(number: open.file)
        folder = FileDescriptor(number: open.folder)
    }

    private struct Opened: ~Copyable {
        let file: Int32
        let folder: Int32
    }

    deinit {
        if !isCommitted { unsafe unlinkat(folder.number, temporaryName, 0) }
    }

    /// Replaces the file at `path` as a whole, in a folder that is there already.
    public static func write(
        _ bytes: [UInt8], to path: String, readableByAll: Bool = false
    ) throws(SystemError) {
        let folder = try PrivateFolder.parent(of: path)
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let file = try begin(name, in: folder, readableByAll: readableByAll)
        try file.append(bytes.span)
        try file.commit()
    }

    /// Makes a file that was not there; one that is there stays as it is.
    public static func create(_ bytes: Span<UInt8>, at path: String) throws(SystemError) {
        let folder = try PrivateFolder.parent(of: path)
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let file = try begin(name, in: folder)
        try file.append(bytes)
        try file.commitAsNew()
    }

    /// At most `limit` bytes of the file at `path`, which may not be a symbolic link.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let folder = try PrivateFolder.parent(of: path)
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        return try folder.read(name, limit: limit)
    }

    /// For what is too large to hold in memory: append, then commit.
    public static func begin(
        _ name: String, in folder: borrowing PrivateFolder, readableByAll: Bool = false
    ) throws(SystemError) -> PrivateFile {
        let path = try folder.path(of: name, .createFile)
        let here = fcntl(folder.descriptor.number, F_DUPFD_CLOEXEC, 0)
        guard here >= 0 else { throw .current(.openFolder, path: folder.path) }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        for _ in 0..<8 {
            let temporaryName = "." + name + "." + String(UInt64.random(in: .min ... .max), radix: 36)
            let number = unsafe openat(here, temporaryName, flags, 0o600)
            if number >= 0 {
                let open = Opened(file: number, folder: here)
                return PrivateFile(
                    path: path, name: name, temporaryName: temporaryName, mode: readableByAll ? 0o644 : 0o600,
                    open: open)
            }
            guard errno == EEXIST else { break }
        }
        let failure = SystemError.current(.createFile, path: path)
        close(here)
        throw failure
    }

    public borrowing func append(_ bytes: Span<UInt8>) throws(SystemError) {
        try descriptor.write(bytes, path: path)
    }

    /// Brings the bytes to the disk and gives them their name, replacing an earlier file of that name. An error that
    /// ``SystemError/isPerhapsNotDurable`` comes after that.
    public consuming func commit() throws(SystemError) {
        try complete()
        try takeName()
        try folder.syncName(path: path)
    }

    /// The same, but a crash may leave the earlier file under the name, or none.
    consuming func commitWithoutName() throws(SystemError) {
        try complete()
        try takeName()
    }

    /// Gives the bytes their name and leaves both to be brought to the disk: see ``PrivateFolder/writeAll(_:)``.
    consuming func place() throws(SystemError) {
        try setMode()
        try takeName()
    }

    /// The same, but refuses when the name is taken.
    consuming func commitAsNew() throws(SystemError) {
        try complete()
        guard unsafe byok_rename_without_replacing(folder.number, temporaryName, name) == 0 else {
            throw .current(.createFile, path: path)
        }
        isCommitted = true
        try folder.syncName(path: path)
    }

    private borrowing func complete() throws(SystemError) {
        try setMode()
        try descriptor.sync(path: path)
    }

    private borrowing func setMode() throws(SystemError) {
        guard fchmod(descriptor.number, mode) == 0 else { throw .current(.createFile, path: path) }
    }

    private mutating func takeName() throws(SystemError) {
        guard unsafe renameat(folder.number, temporaryName, folder.number, name) == 0 else {
            throw .current(.rename, path: path)
        }
        isCommitted = true
    }
}
