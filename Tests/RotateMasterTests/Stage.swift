import Foundation
import Secrets
import TestSupport
import Vault

/// A migrated database with keys sealed under master key 1, master key 2 made current, and the job to move them.
struct Stage {
    static let executable = Repository.products.appending(path: "rotate-master").path

    let database: TestDatabase
    let folder: URL

    init(cluster: PrivateCluster = .shared, isCurrent: Bool = true) throws {
        database = try cluster.makeDatabase(schema: true)
        folder = FileManager.default.temporaryDirectory.appending(path: "byok-rotate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try database.psql("insert into byok.migrations (number, name) values (51, 'brakes')", role: "byok_owner")
        for version in [1, 2] { try register(version) }
        if isCurrent { try makeCurrent(2) }
    }

    // Master keys ------------------------------------------------------------------------------------

    static func keyText(_ version: Int) -> String {
        "\(version):" + Data((0..<32).map { UInt8(($0 * 7 + version * 31) & 0xFF) }).base64EncodedString()
    }

    static func keyring(_ versions: [Int]) throws -> Keyring {
        let text = Array(versions.map(keyText).joined(separator: ",").utf8)
        return try Keyring(parsing: SecretBytes(copying: text.span))
    }

    func register(_ version: Int) throws {
        let check = try Self.keyring([version])[MasterKeyVersion(version)!]!.checkValue
        _ = try database.psql(
            "select byok.register_master_key(\(version), '\\x\(Self.hex(check))')", role: "byok_operator")
    }

    func makeCurrent(_ version: Int) throws {
        _ = try database.psql("select byok.set_current_master_key(\(version), 'test')", role: "byok_operator")
    }

    // Keys -------------------------------------------------------------------------------------------

    /// Stores `count` keys with random ids, sealed under `version`; the plaintext of each is made of its id.
    @discardableResult
    func plant(_ count: Int, version: Int = 1) throws -> [UUID] {
        var sealer = try KeySealer(keyring: try Self.keyring([version]))
        var ids: [UUID] = []
        var rows: [String] = []
        for _ in 0..<count {
            let (id, user) = (UUID(), UUID())
            let sealed = try Self.seal(Self.plaintext(id), id, user, version, with: &sealer)
            ids.append(id)
            rows.append("('\(id)', '\(user)', 'groq', '', 'gsk_', \(version), '\\x\(Self.hex(sealed))')")
        }
        for start in stride(from: 0, to: rows.count, by: 200) {
            let values = rows[start..<min(start + 200, rows.count)].joined(separator: ",")
            _ = try database.psql(
                """
                insert into byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed)
                values \(values)
                """, role: "byok_owner")
        }
        return ids
    }

    static func plaintext(_ id: UUID) -> [UInt8] { Array("gsk_synthetic_\(id.uuidString)_of_nobody".utf8) }

    static func seal(
        _ text: [UInt8], _ id: UUID, _ user: UUID, _ version: Int, with sealer: inout KeySealer
    ) throws -> [UInt8] {
        let binding = SealBinding(
            keyID: id, userID: user, masterKeyVersion: MasterKeyVersion(version)!, provider: "groq")
        return try sealer.seal(SecretBytes(copying: text.span), for: binding)
    }

    /// What every row opens to, with only these master keys at hand; rows that do not open are left out.
    func opened(with versions: [Int]) throws -> [UUID: [UInt8]] {
        var sealer = try KeySealer(keyring: try Self.keyring(versions))
        var texts: [UUID: [UInt8]] = [:]
        let rows = try database.psql(
            "select id, user_id, master_key_version, encode(sealed, 'hex') from byok.api_keys where provider = 'groq'")
        for line in rows.split(separator: "\n") {
            let row = StoredRow(String(line))
            if let text = row.open(with: &sealer) { texts[row.id] = text }
        }
        return texts
    }

    /// Whether every key opens with `versions` alone, to what was planted.
    func isWhole(_ ids: [UUID], with versions: [Int]) throws -> Bool {
        let texts = try opened(with: versions)
        return texts.count == ids.count && ids.allSatisfy { texts[$0] == Self.plaintext($0) }
    }

    // Runs -------------------------------------------------------------------------------------------

    var environment: [String: String] {
        var environment = database.environment(role: "byok_rotate")
        environment["BYOK_MASTER_KEYS"] = [1, 2].map(Self.keyText).joined(separator: "\n")
        environment["BYOK_REPORT_DIR"] = folder.appending(path: "reports").path
        environment["BYOK_LEASE_TTL"] = "2s"
        environment["BYOK_JSON"] = "true"
        return environment
    }

    func start(_ arguments: [String] = ["run"], with extra: [String: String] = [:]) throws -> Subprocess {
        try Subprocess(Self.executable, arguments, environment: environment.merging(extra) { $1 })
    }

    func run(_ arguments: [String] = ["run"], with extra: [String: String] = [:]) throws -> Ended {
        Ended(try start(arguments, with: extra).wait())
    }

    func count(_ query: String) throws -> Int { Int(try database.psql("select count(*) from \(query)")) ?? -1 }

    /// Until so many keys are under version 2.
    func waitForRotated(_ count: Int) throws {
        try wait { try self.count("byok.api_keys where master_key_version = 2") >= count }
    }

    /// A minute at most.
    func wait(until condition: () throws -> Bool) throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !condition(), ContinuousClock.now < end { usleep(10_000) }
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// A row as psql prints it: id, user, version, sealed in hex.
struct StoredRow {
    let id: UUID
    private let binding: SealBinding?
    private let sealed: [UInt8]

    init(_ line: String) {
        let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        id = UUID(uuidString: fields[0]) ?? UUID()
        let user = UUID(uuidString: fields[1]) ?? UUID()
        binding = Int(fields[2]).flatMap { MasterKeyVersion($0) }.map {
            SealBinding(
                keyID: UUID(uuidString: fields[0]) ?? UUID(), userID: user, masterKeyVersion: $0, provider: "groq")
        }
        let digits = Array(fields[3].utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        sealed = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    func open(with sealer: inout KeySealer) -> [UInt8]? {
        guard let binding, let key = try? sealer.open(sealed.span, for: binding) else { return nil }
        return key.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    }
}

/// What a run of the job said at its end.
struct Ended {
    let status: Int32
    let stdout: String
    let stderr: String
    let outcome: String
    let next: String
    let error: String
    let counts: [String: Int]

    init(_ finished: Finished) {
        (status, stdout, stderr) = (finished.status, finished.stdout, finished.stderr)
        let object = try? JSONSerialization.jsonObject(with: Data(finished.stdout.utf8)) as? [String: Any]
        outcome = object?["outcome"] as? String ?? ""
        next = object?["next"] as? String ?? ""
        error = object?["error"] as? String ?? ""
        counts = (object?["counts"] as? [String: Int] ?? [:]).filter { $0.value > 0 }
    }
}
