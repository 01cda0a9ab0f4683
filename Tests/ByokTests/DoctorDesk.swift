import Foundation
import TestSupport
import Testing

/// An installed database and an operator's environment, in which everything is as it should be.
struct DoctorDesk {
    static let executable = Repository.products.appending(path: "byok").path
    static let alice = "00000000-0000-4000-8000-00000000000a"

    let database: TestDatabase
    let folder: URL

    init(test: Bool = false) throws {
        database = try PrivateCluster.shared.makeDatabase(schema: true)
        folder = FileManager.default.temporaryDirectory.appending(path: "byok-doctor-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let names = try FileManager.default.contentsOfDirectory(atPath: Repository.path("Sources/byok/Migrations"))
        let steps = names.filter { $0.hasSuffix(".sql") }.map {
            "(\(Int($0.prefix(4))!), '\($0.dropFirst(5).dropLast(4))')"
        }
        _ = try database.psql(
            """
            insert into byok.migrations (number, name) values \(steps.joined(separator: ", "));
            insert into byok.installation (test) values (\(test));
            """)
        try write(Self.key(7), to: "scan-key")
        try write("1:" + Self.key(1), to: "master-keys")
        _ = try byok(["master-keys", "register"])
    }

    /// Base64 of 32 bytes, made here so that no key stands in the repository.
    static func key(_ filler: UInt8, count: Int = 32) -> String {
        Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(filler)) }).base64EncodedString()
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }

    func environment(role: String) -> [String: String] {
        database.environment(role: role).merging([
            "SWIFT_BACKTRACE": "enable=no", "BYOK_MASTER_KEYS_FILE": path("master-keys"),
            "BYOK_SCAN_KEY_FILE": path("scan-key"), "BYOK_REPORT_DIR": path("reports"),
        ]) { $1 }
    }

    /// An empty value takes a variable away.
    func byok(
        _ arguments: [String], role: String = "byok_operator", with changes: [String: String] = [:]
    ) throws -> Finished {
        let environment = environment(role: role).merging(changes) { $1 }.filter { !$0.value.isEmpty }
        return try Subprocess.run(Self.executable, arguments, environment: environment)
    }

    /// A key as the product's service adds it; nothing opens its bytes.
    func addKey(_ last: Int, provider: String = "anthropic", label: String? = nil, verdict: String = "'valid'") throws {
        let id = String(format: "10000000-0000-4000-8000-%012d", last)
        let label = (label ?? "key \(last)").replacingOccurrences(of: "'", with: "''")
        _ = try database.psql(
            """
            select byok.add_key('\(id)', '\(Self.alice)', '\(provider)', '\(label)', 'sk-a', 1,
                decode('01' || repeat('\(String(format: "%02x", last & 0xff))', 60), 'hex'), \(verdict))
            """, role: "byok_app")
    }

    func object(_ finished: Finished) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(finished.stdout.utf8)) as? [String: Any])
    }
}

/// What `byok doctor --json` said.
struct Diagnosis {
    let status: Int32
    let checks: [[String: Any]]
    let text: String

    init(
        _ desk: DoctorDesk, for job: String = "byok", role: String = "byok_operator",
        with changes: [String: String] = [:]
    ) throws {
        let finished = try desk.byok(["doctor", "--for", job, "--json"], role: role, with: changes)
        status = finished.status
        text = finished.stdout + finished.stderr
        checks = try desk.object(finished)["checks"] as? [[String: Any]] ?? []
    }

    func state(_ name: String) -> String? { checks.first { $0["name"] as? String == name }?["state"] as? String }
    func exit(_ name: String) -> Int? { checks.first { $0["name"] as? String == name }?["exit"] as? Int }

    /// Names of everything that does not pass.
    var complaints: [String] {
        checks.filter { $0["state"] as? String != "pass" }.compactMap { $0["name"] as? String }
    }
}
