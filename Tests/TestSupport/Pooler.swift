import Foundation

/// A real PgBouncer in transaction mode before a private cluster: every database of it, one server
/// connection each unless told otherwise. Runs as `postgres` where the tests run as root.
public final class Pooler: @unchecked Sendable {
    public let port: Int
    private let cluster: PrivateCluster
    private let folder: String
    // The one test that made the pooler starts and stops it.
    private var process: Int32?

    public init(_ cluster: PrivateCluster, serverConnections: Int = 1) throws {
        self.cluster = cluster
        port = try LoopbackPort.free()
        folder = "/tmp/byok-pooler-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        chmod(folder, 0o755)
        try Data(configuration(serverConnections).utf8).write(to: URL(filePath: folder + "/pgbouncer.ini"))
        // PgBouncer lets in whom it knows by name, even where it asks for no password.
        let users = Self.roles.map { "\"\($0)\" \"\"\n" }.joined()
        try Data(users.utf8).write(to: URL(filePath: folder + "/users.txt"))
        try start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// What a program under test needs to connect through the pooler.
    public func environment(_ database: TestDatabase, role: String = "postgres") -> [String: String] {
        database.environment(role: role).merging(["PGHOST": "127.0.0.1", "PGPORT": "\(port)"]) { $1 }
    }

    /// Returns once the pooler answers.
    public func start() throws {
        let command = ServerAccount.command("/usr/sbin/pgbouncer", ["-q", folder + "/pgbouncer.ini"])
        let child = try Subprocess(command[0], Array(command.dropFirst()))
        process = child.processID
        try watch(child.processID)
        for _ in 0..<500 {
            // A closed port answers psql at once; the pooler's own console needs no server.
            let answer = try Subprocess.run(
                Repository.psql, ["-X", "-q", "-A", "-t", "-c", "SHOW VERSION"],
                environment: [
                    "PGHOST": "127.0.0.1", "PGPORT": "\(port)", "PGUSER": "console", "PGDATABASE": "pgbouncer",
                ])
            if answer.status == 0 { return }
            usleep(20_000)
        }
        throw ClusterError(message: "pgbouncer did not start: \(child.outputSoFar().stderr)")
    }

    /// Ends the pooler where the tests were killed.
    private func watch(_ child: Int32) throws {
        let owner = ProcessInfo.processInfo.processIdentifier
        _ = try Subprocess(
            "/bin/bash",
            ["-c", "while kill -0 \(owner) && kill -0 \(child); do sleep 1; done; kill -9 \(child)"])
    }

    /// At once, as a crash would.
    public func stop() {
        guard let process else { return }
        kill(process, SIGKILL)
        var state: Int32 = 0
        while waitpid(process, &state, 0) == -1 && errno == EINTR {}
        self.process = nil
    }

    private static let roles = [
        "console", "postgres", "byok_owner", "byok_operator", "byok_app", "byok_revalidate", "byok_rotate",
        "byok_savings",
        "byok_scan", "byok_mail",
    ]

    private func configuration(_ serverConnections: Int) -> String {
        """
        [databases]
        * = host=\(cluster.folder) port=\(cluster.port)

        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = \(port)
        unix_socket_dir =
        auth_type = trust
        auth_file = \(folder)/users.txt
        admin_users = console
        pool_mode = transaction
        default_pool_size = \(serverConnections)
        max_client_conn = 50
        server_login_retry = 1
        """
    }
}
