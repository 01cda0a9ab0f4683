import Foundation
import Secrets
import TestSupport
import Vault

/// A migrated database with really sealed keys, and the rotation's commands to run on it.
struct RotationStage {
    let database: TestDatabase
    let folder: URL

    /// Version 1 is current; `keyCount` keys are sealed under it.
    init(_ keyCount: Int = 0, on cluster: PrivateCluster = .shared) throws {
        database = try cluster.makeDatabase(schema: true)
        folder = FileManager.default.temporaryDirectory.appending(path: "byok-rotation-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try database.psql("insert into byok.migrations (number, name) values (51, 'brakes')", role: "byok_owner")
        try register(1)
        try plant(keyCount, under: 1)
    }

    static func entry(_ version: Int) -> String {
        "\(version):" + Data((1...32).map { UInt8(truncatingIfNeeded: $0 &* version &+ 7) }).base64EncodedString()
    }

    static func keyring(_ versions: [Int]) throws -> Keyring {
        let text = Array(versions.map(entry).joined(separator: ",").utf8)
        return try Keyring(parsing: SecretBytes(copying: text.span))
    }

    static func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

    func register(_ version: Int) throws {
        let check = try Self.keyring([version])[MasterKeyVersion(version)!]!.checkValue
        _ = try database.psql(
            "select byok.register_master_key(\(version), '\\x\(Self.hex(check))')", role: "byok_operator")
    }

    func makeCurrent(_ version: Int) throws {
        try register(version)
        _ = try database.psql("select byok.set_current_master_key(\(version), 'test')", role: "byok_operator")
    }

    static func binding(_ number: Int, _ version: Int) -> SealBinding {
        SealBinding(
            keyID: UUID(uuidString: keyID(number))!, userID: UUID(uuidString: userID(number))!,
            masterKeyVersion: MasterKeyVersion(version)!, provider: "groq")
    }

    static func keyID(_ number: Int) -> String { String(format: "00000000-0000-4000-8000-%012d", number) }
    static func userID(_ number: Int) -> String { String(format: "10000000-0000-4000-8000-%012d", number) }
    static func plaintext(_ number: Int) -> [UInt8] { Array("gsk_\(String(format: "%048d", number))".utf8) }

    func sealed(_ number: Int, under version: Int) throws -> String {
        var sealer = try KeySealer(keyring: Self.keyring([version]))
        let text = Self.plaintext(number)
        return Self.hex(try sealer.seal(SecretBytes(copying: text.span), for: Self.binding(number, version)))
    }

    func plant(_ count: Int, under version: Int) throws {
        // A command line has its bounds.
        for start in stride(from: 1, through: count, by: 100) {
            let rows = try (start...min(start + 99, count)).map { number in
                """
                ('\(Self.keyID(number))', '\(Self.userID(number))', 'groq', 'label', 'gsk_', \(version),
                '\\x\(try sealed(number, under: version))')
                """
            }
            _ = try database.psql(
                """
                insert into byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed) values
                \(rows.joined(separator: ","))
                """)
        }
    }

    /// Flips one bit of a key's ciphertext, behind the back of every trigger.
    func damage(_ number: Int) throws {
        _ = try database.psql(
            """
            set session_replication_role = replica;
            update byok.api_keys set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)
            where id = '\(Self.keyID(number))'
            """)
    }

    static let executable = Repository.products.appending(path: "rotate-master").path

    func environment(role: String, keys: [Int]) -> [String: String] {
        var environment = database.environment(role: role)
        environment["BYOK_MASTER_KEYS"] = keys.isEmpty ? nil : keys.map(Self.entry).joined(separator: ",")
        environment["BYOK_REPORT_DIR"] = folder.appending(path: "reports").path
        return environment
    }

    func command(
        _ arguments: String..., role: String = "byok_operator", keys: [Int] = [], with extra: [String: String] = [:]
    ) throws -> Finished {
        try Subprocess.run(
            Self.executable, arguments, environment: environment(role: role, keys: keys).merging(extra) { $1 })
    }

    func verify(_ arguments: String..., keys: [Int] = [1, 2]) throws -> Finished {
        try Subprocess.run(
            Self.executable, ["verify", "--json"] + arguments, environment: environment(role: "byok_rotate", keys: keys)
        )
    }

    func retire(_ version: Int = 1, _ arguments: String..., role: String = "byok_operator") throws -> Finished {
        try Subprocess.run(
            Self.executable,
            [
                "retire", "--key-version", "\(version)", "--reason", "ticket 8", "--confirm",
                "retire version \(version)", "--json",
            ] + arguments, environment: environment(role: role, keys: []))
    }

    static func json(_ finished: Finished) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(finished.stdout.utf8)) as? [String: Any] ?? [:]
    }

    static func counts(_ finished: Finished) throws -> [String: Int] {
        try json(finished)["counts"] as? [String: Int] ?? [:]
    }

    /// The report that a run left.
    func report(_ finished: Finished) throws -> [String: Any] {
        let path = try Self.json(finished)["report"] as? String ?? ""
        let data = try Data(contentsOf: URL(filePath: path).appending(path: "report.json"))
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    static func checks(_ report: [String: Any]) -> [String: String] {
        let checks = report["checks"] as? [[String: Any]] ?? []
        return Dictionary(
            checks.map { ($0["name"] as? String ?? "", $0["status"] as? String ?? "") }, uniquingKeysWith: { $1 })
    }
}
