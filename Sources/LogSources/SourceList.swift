internal import Glibc

/// Which files are meant by paths, folders and patterns.
public struct SourceList: Sendable {
    public private(set) var files: [String] = []
    /// What was named or found and cannot be read as a file.
    public private(set) var problems: [(path: String, problem: SourceProblem)] = []

    private static let deepest = 64
    private var seenFolders: Set<FileIdentity> = []

    /// Folders are searched through; a name with `*`, `?` or `[` is a pattern when no file is called so.
    public init(_ names: [String]) {
        for name in names { add(name) }
        // By bytes: two spellings of a letter are one text and two files.
        var seen: Set<[UInt8]> = []
        files = files.filter { seen.insert(Array($0.utf8)).inserted }
    }

    private mutating func add(_ name: String) {
        if Self.kind(name, followingLinks: true) == nil, name.contains(where: { "*?[".contains($0) }) {
            let matches = Self.matches(name)
            if matches.isEmpty { problems.append((name, .missing)) }
            for match in matches { add(match, isNamed: true, depth: 0) }
        } else {
            add(path: name, isNamed: true, depth: 0)
        }
    }

    private mutating func add(_ path: FoundPath, isNamed: Bool, depth: Int) {
        switch path {
        case .text(let path): add(path: path, isNamed: isNamed, depth: depth)
        case .bytes(let shown): problems.append((shown, .nameNotText))
        }
    }

    private mutating func add(path: String, isNamed: Bool, depth: Int) {
        guard let kind = Self.kind(path, followingLinks: true) else {
            let failure = SourceFailure(errno)
            // What no text could say came as this character.
            let isRepaired = failure.problem == .missing && path.contains("\u{FFFD}")
            problems.append((path, isRepaired ? .nameNotText : failure.problem))
            return
        }
        switch kind.format {
        case S_IFREG: files.append(path)
        case S_IFDIR:
            let isLink = Self.kind(path, followingLinks: false)?.format == S_IFLNK
            if isLink, !isNamed { return problems.append((path, .link)) }
            search(path, kind.identity, depth)
        default: problems.append((path, .notAFile))
        }
    }

    private mutating func search(_ folder: String, _ identity: FileIdentity, _ depth: Int) {
        guard depth < Self.deepest else { return problems.append((folder, .tooDeep)) }
        guard seenFolders.insert(identity).inserted else { return }
        guard let entries = unsafe opendir(folder) else {
            let failure = SourceFailure(errno)
            return problems.append((folder, failure.problem))
        }
        let base = folder.hasSuffix("/") ? folder : folder + "/"
        var found: [FoundPath] = []
        while let entry = unsafe readdir(entries) {
            let path = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe FoundPath($0, in: base) }
            }
            if path != .text(base + "."), path != .text(base + "..") { found.append(path) }
        }
        unsafe closedir(entries)
        for path in found.sorted(by: { $0.shown < $1.shown }) { add(path, isNamed: false, depth: depth + 1) }
    }

    private static func kind(
        _ path: String, followingLinks: Bool
    ) -> (format: mode_t, identity: FileIdentity)? {
        var status = stat()
        guard unsafe fstatat(AT_FDCWD, path, &status, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        let identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        return (status.st_mode & S_IFMT, identity)
    }

    private static func matches(_ pattern: String) -> [FoundPath] {
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(unsafe found.gl_pathc)).compactMap { index in
            unsafe found.gl_pathv[index].map { unsafe FoundPath($0, in: "") }
        }
    }
}
