import Foundation
import Synchronization

/// A throw-away PostgreSQL of this test process, on a socket, with everything logged
/// so that a leak test can search the server's log. It stops when the process ends.
public final class PrivateCluster: Sendable {
    public static let shared = try! PrivateCluster(settings: [
        "log_statement=all", "log_min_duration_statement=0", "log_connections=on",
    ])

    public let folder: String
    public let port: Int
    public var serverLog: String { folder + "/server.log" }
    private let databaseCount = Atomic<Int>(0)
    private let template = Mutex<String?>(nil)

    /// `port` also names the socket; it is listened on only where `settings` say so.
    public init(settings: [String] = [], port: Int = 5432) throws {
        let folder = "/tmp/byok-test-\(UUID().uuidString.prefix(8))"
        let process = ProcessInfo.processInfo.processIdentifier
        let started = try Subprocess.run(
            Repository.path("scripts/private-postgres"),
            ["start", folder, "--owner", "\(process)", "--port", "\(port)"] + settings)
        guard started.status == 0 else { throw ClusterError(message: started.stderr) }
        self.folder = folder
        self.port = port
    }

    /// An empty database, or a copy of one that holds the migrated schema and its roles.
    public func makeDatabase(schema: Bool = false) throws -> TestDatabase {
        let name = "t\(databaseCount.add(1, ordering: .relaxed).newValue)"
        let maintenance = TestDatabase(cluster: self, name: "postgres")
        let origin = schema ? try migratedTemplate() : "template1"
        // Copying a template fails while anybody is connected to it, so copies take turns.
        try template.withLock { _ in
            _ = try maintenance.psql("CREATE DATABASE \(name) TEMPLATE \(origin)")
        }
        return TestDatabase(cluster: self, name: name)
    }

    private func migratedTemplate() throws -> String {
        try template.withLock { made in
            if let made { return made }
            let name = "migrated"
            let maintenance = TestDatabase(cluster: self, name: "postgres")
            _ = try maintenance.psql("CREATE ROLE byok_owner LOGIN NOSUPERUSER")
            _ = try maintenance.psql("CREATE DATABASE \(name) OWNER byok_owner")
            let database = TestDatabase(cluster: self, name: name)
            let migrations = try FileManager.default
                .contentsOfDirectory(atPath: Repository.path("Sources/byok/Migrations"))
                .filter { $0.hasSuffix(".sql") }.sorted()
            for migration in migrations {
                try database.psqlFile("Sources/byok/Migrations/\(migration)", role: "byok_owner")
            }
            try database.psqlFile("jobs/sql/roles.sql")
            made = name
            return name
        }
    }
}

public struct ClusterError: Error, CustomStringConvertible {
    public let message: String

    public init(message: String) { self.message = message }

    public var description: String { message }
}
