import Foundation

/// A real streaming replica of a private cluster, on a socket of its own. It stops when the process ends.
public final class StandbyCluster: Sendable {
    public let folder: String
    public let port: Int

    /// Returns once it follows `primary`, under the name `name`.
    public init(of primary: PrivateCluster, name: String = "standby") throws {
        folder = "/tmp/byok-standby-\(UUID().uuidString.prefix(8))"
        port = primary.port
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if geteuid() == 0 { _ = try Subprocess.run("/usr/bin/chown", ["postgres", folder]) }
        try Self.succeed(
            "pg_basebackup",
            [
                "-D", folder + "/data", "-h", primary.folder, "-p", "\(primary.port)", "-U", "postgres", "-R", "-X",
                "stream", "-c", "fast", "-d", "application_name=\(name)",
            ])
        let settings = "unix_socket_directories = '\(folder)'\nhot_standby = on\n"
        let path = folder + "/data/postgresql.auto.conf"
        let existing = try String(contentsOfFile: path, encoding: .utf8)
        try Data((existing + settings).utf8).write(to: URL(filePath: path))
        if geteuid() == 0 { _ = try Subprocess.run("/usr/bin/chown", ["postgres", path]) }
        try Self.succeed("pg_ctl", ["-D", folder + "/data", "-l", folder + "/server.log", "-w", "-t", "60", "start"])
        try watch()
    }

    deinit { try? stop() }

    public func psql(_ sql: String) throws -> String {
        let finished = try Subprocess.run(
            Repository.psql, ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql],
            environment: ["PGHOST": folder, "PGPORT": "\(port)", "PGUSER": "postgres", "PGDATABASE": "postgres"])
        guard finished.status == 0 else { throw ClusterError(message: finished.stderr) }
        return finished.stdout.trimmingCharacters(in: .newlines)
    }

    public func stop() throws {
        try Self.succeed("pg_ctl", ["-D", folder + "/data", "-m", "immediate", "-w", "-t", "60", "stop"])
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Ends it where the tests were killed.
    private func watch() throws {
        let owner = ProcessInfo.processInfo.processIdentifier
        let pid =
            try String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
            .split(separator: "\n").first.map(String.init) ?? ""
        _ = try Subprocess(
            "/bin/bash",
            ["-c", "while kill -0 \(owner) && kill -0 \(pid); do sleep 1; done; kill -QUIT \(pid); rm -rf \(folder)"])
    }

    private static func succeed(_ tool: String, _ arguments: [String]) throws {
        let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")
        let newest = versions.max { $0.compare($1, options: .numeric) == .orderedAscending }
        let command = ServerAccount.command("/usr/lib/postgresql/\(newest ?? "")/bin/\(tool)", arguments)
        let finished = try Subprocess.run(command[0], Array(command.dropFirst()))
        guard finished.status == 0 else { throw ClusterError(message: finished.stdout + finished.stderr) }
    }
}
