internal import Glibc

extension FileIdentity {
    /// Nil where there is no such file.
    public init?(of path: String) {
        var status = stat()
        guard unsafe fstatat(AT_FDCWD, path, &status, 0) == 0 else { return nil }
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// The file of this identity in the folder of `path`: where rotation has put it.
    public func found(beside path: String) -> String? {
        let folder = path.contains("/") ? String(path[...(path.lastIndex(of: "/") ?? path.startIndex)]) : "./"
        guard let entries = unsafe opendir(folder) else { return nil }
        defer { unsafe closedir(entries) }
        while let entry = unsafe readdir(entries) {
            guard unsafe UInt64(entry.pointee.d_ino) == inode else { continue }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if FileIdentity(of: folder + name) == self { return folder + name }
        }
        return nil
    }
}

extension FileScan {
    /// For the progress line; nil where there is no such file.
    public static func size(of path: String) -> Int? {
        var status = stat()
        return unsafe fstatat(AT_FDCWD, path, &status, 0) == 0 ? Int(status.st_size) : nil
    }
}
