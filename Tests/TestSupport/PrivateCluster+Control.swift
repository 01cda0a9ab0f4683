import Foundation

/// Faults of a server. Only for a cluster of the test's own: never for `shared`.
extension PrivateCluster {
    public enum StopMode: String { case smart, fast, immediate }

    /// `immediate` drops every connection without a word, as a crash does; `smart`, not waited for,
    /// keeps the open ones and refuses new ones.
    public func stop(_ mode: StopMode = .immediate, waiting: Bool = true) throws {
        try control(["-m", mode.rawValue, waiting ? "-w" : "-W", "-t", "60", "stop"])
    }

    /// Returns once the server answers.
    public func start() throws { try control(["-l", serverLog, "-w", "-t", "60", "start"]) }

    public func restart() throws {
        try stop(.fast)
        try start()
    }

    /// Replaces the rules by which the server lets clients in; they hold from its next start.
    public func setAccessRules(_ rules: String) throws { try rewrite("pg_hba.conf", rules + "\n") }

    /// Puts a file into the server's data folder, readable by the server alone.
    public func install(_ name: String, contents: String) throws {
        try rewrite(name, contents)
        guard geteuid() == 0 else { return }
        let owner = try Subprocess.run("/usr/bin/chown", ["postgres", folder + "/data/" + name])
        guard owner.status == 0 else { throw ClusterError(message: owner.stderr) }
    }

    private func rewrite(_ name: String, _ contents: String) throws {
        let path = folder + "/data/" + name
        try Data(contents.utf8).write(to: URL(filePath: path))
        chmod(path, 0o600)
    }

    private func control(_ arguments: [String]) throws {
        let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")
        let newest = versions.max { $0.compare($1, options: .numeric) == .orderedAscending }
        let tool = "/usr/lib/postgresql/\(newest ?? "")/bin/pg_ctl"
        let command = ServerAccount.command(tool, ["-D", folder + "/data"] + arguments)
        let finished = try Subprocess.run(command[0], Array(command.dropFirst()))
        guard finished.status == 0 else { throw ClusterError(message: finished.stdout + finished.stderr) }
    }
}
