import Foundation

/// A streaming replica of a private cluster, made by `pg_basebackup`. It stops with the object, or with the tests.
public final class Standby: Sendable {
    public let name: String
    /// Of its socket.
    public let folder: String
    public let port: Int
    private let tools: String

    /// Returns once it takes part in replication under `name`.
    public init(of cluster: PrivateCluster, name: String) throws {
        self.name = name
        port = cluster.port
        folder = "/tmp/byok-standby-\(UUID().uuidString.prefix(8))"
        tools = URL(filePath: Repository.psql).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if geteuid() == 0 { _ = try Subprocess.run("/usr/bin/chown", ["postgres", folder]) }
        try run(
            "pg_basebackup",
            [
                "-D", folder + "/data", "-R", "-X", "stream", "-c", "fast", "-U", "postgres", "-d",
                "host=\(cluster.folder) port=\(port) application_name=\(name)",
            ])
        let options = "-c port=\(port) -c unix_socket_directories=\(folder)"
        try run("pg_ctl", ["-D", folder + "/data", "-l", folder + "/log", "-o", options, "-w", "-t", "60", "start"])
        try watch()
        let primary = TestDatabase(cluster: cluster, name: "postgres")
        let replaying =
            "select count(*) from pg_stat_replication where replay_lsn is not null and application_name = '\(name)'"
        for _ in 0..<500 where try primary.psql(replaying) != "1" { usleep(20_000) }
    }

    deinit { try? stop() }

    /// Statements on the standby itself.
    @discardableResult
    public func psql(_ sql: String) throws -> String {
        let finished = try Subprocess.run(
            Repository.psql, ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql],
            environment: ["PGHOST": folder, "PGPORT": "\(port)", "PGUSER": "postgres", "PGDATABASE": "postgres"])
        guard finished.status == 0 else { throw ClusterError(message: finished.stderr) }
        return finished.stdout.trimmingCharacters(in: .newlines)
    }

    public func stop() throws {
        try run("pg_ctl", ["-D", folder + "/data", "-m", "immediate", "-w", "-t", "60", "stop"])
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func run(_ tool: String, _ arguments: [String]) throws {
        let command = ServerAccount.command(tools + "/" + tool, arguments)
        let finished = try Subprocess.run(command[0], Array(command.dropFirst()))
        guard finished.status == 0 else { throw ClusterError(message: finished.stdout + finished.stderr) }
    }

    /// Ends it where the tests were killed.
    private func watch() throws {
        let pid =
            try String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
            .split(separator: "\n").first.map(String.init) ?? ""
        let owner = ProcessInfo.processInfo.processIdentifier
        _ = try Subprocess(
            "/bin/bash",
            [
                "-c",
                "while kill -0 \(owner) && kill -0 \(pid); do sleep 1; done; kill -9 \(pid); rm -rf '\(folder)'",
            ])
    }
}
