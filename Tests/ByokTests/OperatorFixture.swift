import Foundation
import Planted
import Synchronization
import TestSupport

/// A database that `byok migrate --test` made as an owner without superuser rights, with roles, one master key, and
/// the simulator beside it.
final class OperatorFixture: Sendable {
    static let byok = Repository.products.appending(path: "byok").path

    let database: TestDatabase
    let keyFile: String

    /// Roles belong to the whole cluster, so the template that has them comes first.
    static func emptyDatabase() throws -> TestDatabase {
        _ = try PrivateCluster.shared.makeDatabase(schema: true)
        let database = try PrivateCluster.shared.makeDatabase()
        _ = try database.psql("grant create on database \(database.name) to byok_owner")
        return database
    }

    init() throws {
        database = try Self.emptyDatabase()
        keyFile = FileManager.default.temporaryDirectory.appending(path: "byok-keys-\(UUID().uuidString)").path
        let installed = try Subprocess.run(
            Self.byok, ["migrate", "--test"], environment: database.environment(role: "byok_owner"))
        guard installed.status == 0 else { throw ClusterError(message: installed.stderr) }
        try database.psqlFile("jobs/sql/roles.sql")
        for arguments in [["master-keys", "generate", "--to-file", keyFile], ["master-keys", "register"]] {
            let finished = try run(arguments, with: arguments[1] == "register" ? keyring : [:])
            guard finished.status == 0 else { throw ClusterError(message: finished.stderr) }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: keyFile) }

    var keyring: [String: String] { ["BYOK_MASTER_KEYS_FILE": keyFile] }

    func run(_ arguments: [String], with variables: [String: String] = [:], input: String = "") throws -> Finished {
        try Subprocess.run(
            Self.byok, arguments,
            environment: database.environment(role: "byok_operator").merging(variables) { $1 }, input: input)
    }
}

/// A key of a provider's form, made at run time.
enum MadeUp {
    static func groq(_ seed: UInt64) -> String {
        "gs" + "k_" + letters(20, seed) + "WGdyb3" + "FY" + letters(24, seed + 1)
    }

    static func anthropicAdmin(_ seed: UInt64) -> String { "sk-" + "ant-" + "admin01-" + letters(80, seed) }

    static func letters(_ count: Int, _ seed: UInt64) -> String { PlantedAlphabet.letters(count, seed) }
}
