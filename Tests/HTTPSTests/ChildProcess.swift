import Foundation

/// A child with a pipe from its stdout. Foundation's `Process` can wait for ever for a child that has ended when
/// many tests wait on the two threads of Swift's pool; `waitpid` cannot.
final class ChildProcess: Sendable {
    let identifier: pid_t
    let output: Int32

    init(_ path: String, _ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var identifier: pid_t = 0
        let result = posix_spawn(&identifier, path, &actions, nil, &words, environ)
        close(ends[1])
        output = ends[0]
        self.identifier = identifier
        guard result == 0 else { throw POSIXError(.ENOENT) }
    }

    deinit { close(output) }

    /// The exit status, or -1 after a signal.
    @discardableResult func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    }

    func stop() {
        kill(identifier, SIGKILL)
        wait()
    }

    /// What has arrived on stdout, or nil at its end.
    func readOutput() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(output, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
