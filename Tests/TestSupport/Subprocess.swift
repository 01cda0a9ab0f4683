import Foundation

/// What a finished child process left behind.
public struct Finished: Sendable {
    /// The exit status, or 128 + N after signal N, as a shell counts.
    public let status: Int32
    public let stdout: String
    public let stderr: String
}

/// A real program, run with `posix_spawn`: Foundation's `Process` waits for every
/// descendant that inherited its socket, so a test that starts a server would never end.
public struct Subprocess: ~Copyable {
    public let processID: Int32
    private let folder: URL

    /// Runs to the end. `environment` replaces the whole environment, except `PATH`, `HOME` and the like.
    public static func run(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String = ""
    ) throws -> Finished {
        try Subprocess(executable, arguments, environment: environment, input: input).wait()
    }

    public init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String = ""
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "byok-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(input.utf8).write(to: folder.appending(path: "stdin"))
        processID = try Self.spawn(executable, arguments, Self.kept.merging(environment) { $1 }, in: folder)
    }

    public borrowing func send(_ signal: Int32) { kill(processID, signal) }

    /// What the child wrote so far.
    public borrowing func outputSoFar() -> (stdout: String, stderr: String) {
        (text(of: "stdout"), text(of: "stderr"))
    }

    public consuming func wait() -> Finished {
        var state: Int32 = 0
        while waitpid(processID, &state, 0) == -1 && errno == EINTR {}
        let signal = state & 0x7f
        let finished = Finished(
            status: signal == 0 ? (state >> 8) & 0xff : 128 + signal, stdout: text(of: "stdout"),
            stderr: text(of: "stderr"))
        keepOutput()
        try? FileManager.default.removeItem(at: folder)
        return finished
    }

    /// Where `scripts/test` says so, what the child wrote is kept, to be searched for keys at the end.
    private borrowing func keepOutput() {
        guard let kept = ProcessInfo.processInfo.environment["TEST_OUTPUT"] else { return }
        for name in ["stdout", "stderr"] {
            let place = "\(kept)/\(folder.lastPathComponent).\(name)"
            try? FileManager.default.moveItem(atPath: folder.appending(path: name).path, toPath: place)
        }
    }

    private borrowing func text(of name: String) -> String {
        String(decoding: (try? Data(contentsOf: folder.appending(path: name))) ?? Data(), as: UTF8.self)
    }

    private static func spawn(
        _ executable: String, _ arguments: [String], _ environment: [String: String], in folder: URL
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let create = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, folder.appending(path: "stdin").path, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder.appending(path: "stdout").path, create, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, folder.appending(path: "stderr").path, create, 0o600)
        // A server the child starts must not keep this process's pipes open.
        for descriptor: Int32 in 3..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var argv = ([executable] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child = pid_t()
        let error = posix_spawn(&child, executable, &actions, nil, &argv, &envp)
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EINVAL) }
        return child
    }

    /// `PATH` and the like, without anything that could steer the program under test.
    private static let kept = ProcessInfo.processInfo.environment.filter {
        ["PATH", "HOME", "TMPDIR", "TEST_OUTPUT", "TEST_PLANTED_KEYS", "LANG", "LD_LIBRARY_PATH"].contains($0.key)
    }
}
