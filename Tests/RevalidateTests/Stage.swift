import Foundation
import Planted
import Providers
import Secrets
import TestSupport
import Vault

/// A stored key whose plaintext the test knows.
struct PlantedKey {
    let id: UUID
    let userID: UUID
    let provider: Provider
    let text: [UInt8]

    init(_ provider: Provider, seed: UInt64) {
        id = UUID()
        userID = UUID()
        self.provider = provider
        text = provider.plantedKey(seed: seed)
    }

    /// By which the simulator knows it.
    var tail: String { String(decoding: text.suffix(16), as: UTF8.self) }
}

/// A migrated test database with a master key, keys sealed under it, and the job to run on them.
struct Stage {
    let database: TestDatabase
    let folder: URL
    private let masterKeyText: String

    /// `othersWork`: beside the planted keys every provider has others, and those go on working.
    init(isTest: Bool = true, othersWork: Bool = true) throws {
        database = try PrivateCluster.shared.makeDatabase(schema: true)
        if othersWork { _ = try database.psql("update byok.guard_locks set worked_at = 'infinity'") }
        folder = FileManager.default.temporaryDirectory.appending(path: "byok-stage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        masterKeyText = "1:" + Data((1...32).map { UInt8($0) }).base64EncodedString()
        let check = try Self.keyring(masterKeyText)[MasterKeyVersion(1)!]!.checkValue
        _ = try database.psql("insert into byok.migrations (number, name) values (20, 'rotations')")
        _ = try database.psql("insert into byok.installation (test) values (\(isTest))")
        _ = try database.psql(
            "select byok.register_master_key(1, '\\x\(Self.hex(check))')", role: "byok_operator")
    }

    /// Seals the keys and stores them, due at once; `sealedFor` says who the sealed bytes claim to be.
    func plant(_ keys: [PlantedKey], as sealedFor: UUID? = nil) throws {
        var sealer = try KeySealer(keyring: try Self.keyring(masterKeyText))
        var rows: [String] = []
        for key in keys {
            let binding = SealBinding(
                keyID: sealedFor ?? key.id, userID: key.userID, masterKeyVersion: MasterKeyVersion(1)!,
                provider: key.provider.rawValue)
            let sealed = try sealer.seal(SecretBytes(copying: key.text.span), for: binding)
            let prefix = String(decoding: key.text.prefix(4), as: UTF8.self)
            rows.append(
                "('\(key.id)', '\(key.userID)', '\(key.provider.rawValue)', 'label', '\(prefix)', 1, '\\x\(Self.hex(sealed))')"
            )
        }
        for start in stride(from: 0, to: rows.count, by: 100) {
            let values = rows[start..<min(start + 100, rows.count)].joined(separator: ",")
            _ = try database.psql(
                "insert into byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed) values "
                    + values)
        }
    }

    func environment(_ simulator: Simulator?) -> [String: String] {
        var environment = database.environment(role: "byok_revalidate")
        environment["BYOK_MASTER_KEYS"] = masterKeyText
        environment["BYOK_REPORT_DIR"] = folder.appending(path: "reports").path
        environment["BYOK_CONCURRENCY"] = "8"
        environment["BYOK_SPACING"] = "0s"
        environment["BYOK_LEASE_TTL"] = "2s"
        environment["BYOK_JSON"] = "true"
        return environment.merging(simulator?.environment ?? [:]) { $1 }
    }

    static let executable = Repository.products.appending(path: "revalidate").path

    func run(
        _ arguments: [String] = [], _ simulator: Simulator?, with extra: [String: String] = [:],
        without missing: [String] = []
    ) throws -> Ended {
        var environment = environment(simulator).merging(extra) { $1 }
        for name in missing { environment[name] = nil }
        return Ended(try Subprocess.run(Self.executable, arguments, environment: environment))
    }

    func status(of key: PlantedKey) throws -> String {
        try database.psql("select status from byok.api_keys where id = '\(key.id)'")
    }

    func count(_ query: String) throws -> Int { Int(try database.psql("select count(*) from \(query)")) ?? -1 }

    /// Another session that holds the key's row locked; returns once it does.
    func hold(_ key: PlantedKey, for seconds: Int) throws -> Subprocess {
        let holder = try Subprocess(
            "/usr/bin/psql",
            [
                "-X", "-c",
                "begin; select from byok.api_keys where id = '\(key.id)' for update; select pg_sleep(\(seconds))",
            ],
            environment: database.environment)
        for _ in 0..<300 where try count("\(sleepers) and wait_event = 'PgSleep'") == 0 { usleep(20_000) }
        return holder
    }

    func letGo(_ holder: consuming Subprocess) throws {
        holder.send(SIGKILL)
        _ = holder.wait()
        _ = try database.psql("select pg_terminate_backend(pid) from \(sleepers)")
    }

    private var sleepers: String {
        "pg_stat_activity where datname = '\(database.name)' and query like '%pg_sleep%' and pid <> pg_backend_pid()"
    }

    /// Until a run has begun and is not over.
    func waitForRun() throws {
        var looks = 0
        while try count("byok.job_runs where finished_at is null") == 0, looks < 400 {
            looks += 1
            usleep(20_000)
        }
    }

    static func keyring(_ text: String) throws -> Keyring {
        let bytes = Array(text.utf8)
        return try Keyring(parsing: SecretBytes(copying: bytes.span))
    }

    static func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
}

/// What a run of the job said at its end.
struct Ended {
    let status: Int32
    let stdout: String
    let stderr: String
    let outcome: String
    let runID: String
    let counts: [String: Int]

    init(_ finished: Finished) {
        (status, stdout, stderr) = (finished.status, finished.stdout, finished.stderr)
        let object = try? JSONSerialization.jsonObject(with: Data(finished.stdout.utf8)) as? [String: Any]
        outcome = object?["outcome"] as? String ?? ""
        runID = object?["run_id"] as? String ?? ""
        counts = (object?["counts"] as? [String: Int] ?? [:]).filter { $0.value > 0 }
    }
}
