internal import CLinux
internal import Glibc

/// An open folder in which this process keeps files that only its owner may read.
///
/// Everything goes through the open descriptor, so that a folder swapped for a symbolic link afterwards
/// changes nothing. Names are single path components.
public struct PrivateFolder: ~Copyable, Sendable {
    public let path: String
    let descriptor: FileDescriptor

    init(path: String, descriptor: consuming FileDescriptor) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Made with mode 0700, parents too, where it is not there yet, so that it outlives a crash. The last component may not be a symbolic link.
    public static func make(_ path: String) throws(SystemError) -> PrivateFolder {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part
            if unsafe mkdir(made, 0o700) == 0 {
                try parent(of: made).sync()
            } else if errno != EEXIST {
                try expectFolder(made)
            }
            made += "/"
        }
        return try open(path)
    }

    /// The last component may not be a symbolic link.
    public static func open(_ path: String) throws(SystemError) -> PrivateFolder {
        let number = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { throw openingError(path) }
        return PrivateFolder(path: path, descriptor: FileDescriptor(number: number))
    }

    /// The folder a file lies in; links on the way there are the caller's own.
    static func parent(of path: String) throws(SystemError) -> PrivateFolder {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts.joined(separator: "/")
        let number = unsafe Glibc.open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw .current(.openFolder, path: folder) }
        return PrivateFolder(path: folder, descriptor: FileDescriptor(number: number))
    }

    /// A folder inside this one, made with mode 0700 where it is not there yet.
    public borrowing func folder(_ name: String) throws(SystemError) -> PrivateFolder {
        let path = try self.path(of: name, .makeFolder)
        if unsafe mkdirat(descriptor.number, name, 0o700) == 0 {
            try sync()
        } else if errno != EEXIST {
            throw .current(.makeFolder, path: path)
        }
        let number = unsafe openat(descriptor.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { throw Self.openingError(path) }
        return PrivateFolder(path: path, descriptor: FileDescriptor(number: number))
    }

    /// All or nothing: written under another name, brought to the disk, then renamed, replacing what was there.
    public borrowing func write(_ bytes: Span<UInt8>, as name: String) throws(SystemError) {
        let file = try PrivateFile.begin(name, in: self)
        try file.append(bytes)
        try file.commit()
    }

    public borrowing func write(_ bytes: [UInt8], as name: String) throws(SystemError) {
        try write(bytes.span, as: name)
    }

    /// For a folder that nobody reads before it has its own name: every file is brought to the disk, then all their names
    /// at once. Some may be there after a failure.
    public borrowing func writeAll(_ files: [(name: String, bytes: [UInt8])]) throws(SystemError) {
        for (name, bytes) in files {
            let file = try PrivateFile.begin(name, in: self)
            try file.append(bytes.span)
            try file.place()
        }
        // Written first and synced then: the disk is waited for fewer times.
        for (name, _) in files { try syncFile(name) }
        try sync()
    }

    /// Like ``write(_:as:)-(Span<UInt8>,_)``, for what can be made again: after a crash the earlier file may be back.
    public borrowing func writeWithoutName(_ bytes: [UInt8], as name: String) throws(SystemError) {
        let file = try PrivateFile.begin(name, in: self)
        try file.append(bytes.span)
        try file.commitWithoutName()
    }

    private borrowing func syncFile(_ name: String) throws(SystemError) {
        let path = try self.path(of: name, .sync)
        let number = unsafe openat(descriptor.number, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { throw .current(.sync, path: path) }
        try FileDescriptor(number: number).sync(path: path)
    }

    /// A regular file of at most `limit` bytes; symbolic links are not followed.
    public borrowing func read(_ name: String, limit: Int) throws(SystemError) -> [UInt8] {
        let path = try self.path(of: name, .openFile)
        let number = unsafe openat(descriptor.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw .current(.openFile, path: path) }
        return try FileDescriptor(number: number).readAll(limit: limit, path: path)
    }

    /// Atomic; refuses when `newName` is there already. Synced, so that the new name outlives a crash: an error that
    /// ``SystemError/isPerhapsNotDurable`` comes after the rename.
    public borrowing func rename(_ name: String, to newName: String) throws(SystemError) {
        _ = try path(of: name, .rename)
        let path = try self.path(of: newName, .rename)
        guard unsafe byok_rename_without_replacing(descriptor.number, name, newName) == 0 else {
            throw .current(.rename, path: path)
        }
        try descriptor.syncName(path: path)
    }

    public borrowing func remove(_ name: String) throws(SystemError) {
        let path = try self.path(of: name, .remove)
        guard unsafe unlinkat(descriptor.number, name, 0) == 0 else { throw .current(.remove, path: path) }
    }

    /// Sorted, without `.` and `..`.
    public borrowing func names() throws(SystemError) -> [String] {
        let copy = unsafe openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = unsafe fdopendir(copy) else { throw .current(.list, path: path) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    borrowing func sync() throws(SystemError) {
        try descriptor.sync(path: path)
    }

    borrowing func path(of name: String, _ operation: SystemError.Operation) throws(SystemError) -> String {
        let path = self.path + "/" + name
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")),
            !name.utf8.contains(0)
        else { throw SystemError(.badName, operation, path: path) }
        return path
    }

    /// With O_DIRECTORY the kernel says ENOTDIR for a link too.
    private static func openingError(_ path: String) -> SystemError {
        let error = SystemError.current(.openFolder, path: path)
        var status = stat()
        guard error.reason == .notADirectory, unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK
        else { return error }
        return SystemError(.symbolicLink, .openFolder, path: path)
    }

    private static func expectFolder(_ path: String) throws(SystemError) {
        let failure = SystemError.current(.makeFolder, path: path)
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw failure }
    }
}
