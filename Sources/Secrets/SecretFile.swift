internal import Glibc

/// A file that holds one secret, opened without ever blocking and checked through its
/// descriptor: what is checked is what is read.
///
/// Symbolic links are followed, because Kubernetes mounts every secret behind `..data`;
/// kind, owner and mode are those of the file at their end.
struct SecretFile: ~Copyable {
    private let descriptor: Int32
    private let variable: String

    init(_ path: String, variable: String) throws(SecretSourceError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            throw SecretSourceError(variable: variable, reason: .cannotOpen(errno: errno))
        }
        self.descriptor = descriptor
        self.variable = variable
    }

    deinit { close(descriptor) }

    borrowing func read(_ maximum: Int) throws(SecretSourceError) -> SecretBytes {
        try expectRegularAndPrivate(maximum)
        let whole = try readAll(maximum)
        let kept = whole.withBytes { $0.countWithoutLineEnd }
        guard kept > 0 else { throw fault(.empty) }
        guard kept <= maximum else { throw fault(.tooLong(byteCount: kept, maximum: maximum)) }
        guard kept < whole.byteCount else { return whole }
        return whole.withBytes { SecretBytes(copying: $0.extracting(..<kept)) }
    }

    private borrowing func expectRegularAndPrivate(_ maximum: Int) throws(SecretSourceError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw fault(.cannotRead(errno: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw fault(.notARegularFile) }
        guard Self.trusts(status.st_uid, for: geteuid()) else { throw fault(.ownedByAnotherUser) }
        guard isPrivate(status) else { throw fault(.openToOthers(mode: status.st_mode & 0o7777)) }
        guard status.st_size <= maximum + Self.lineEnd else {
            throw fault(.tooLong(byteCount: Int(status.st_size), maximum: maximum))
        }
    }

    /// Root's files and one's own; and root by hand may use those of the user that the jobs run as.
    static func trusts(_ owner: uid_t, for reader: uid_t) -> Bool { owner == 0 || owner == reader || reader == 0 }

    /// Nothing for others, and for the group nothing but what Kubernetes' `fsGroup` gives:
    /// reading, on a root-owned file whose group is ours.
    private borrowing func isPrivate(_ status: stat) -> Bool {
        switch status.st_mode & 0o077 {
        case 0: true
        case 0o040: status.st_uid == 0 && isOurs(status.st_gid)
        default: false
        }
    }

    private borrowing func isOurs(_ group: gid_t) -> Bool {
        let count = getgroups(0, nil)
        guard group != getegid(), count > 0 else { return group == getegid() }
        var groups = [gid_t](repeating: 0, count: Int(count))
        let filled = unsafe getgroups(count, &groups)
        return filled > 0 && groups.prefix(Int(filled)).contains(group)
    }

    /// One byte more than may be: a file that grew since `fstat` must be noticed.
    private borrowing func readAll(_ maximum: Int) throws(SecretSourceError) -> SecretBytes {
        try SecretBytes(capacity: maximum + Self.lineEnd + 1) { output throws(SecretSourceError) in
            while output.freeCapacity > 0 {
                let count = unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
                    let free = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                    let count = unsafe Glibc.read(descriptor, free.baseAddress, free.count)
                    filled += max(count, 0)
                    return count
                }
                if count == 0 { return }
                if count < 0, errno != EINTR { throw fault(.cannotRead(errno: errno)) }
            }
        }
    }

    private static let lineEnd = 2

    private borrowing func fault(_ reason: SecretSourceError.Reason) -> SecretSourceError {
        SecretSourceError(variable: variable, reason: reason)
    }
}
