import Fingerprints
import Foundation
import Providers
import ScanCorpus
import Secrets
import TestSupport
import Testing

/// A database with fingerprinted keys, a folder for logs, and the real `audit-scan`.
struct ScanStage {
    let database: TestDatabase
    let folder: String
    /// Keys are planted here: the search of everything that tests write leaves folders of this name out.
    var logs: String { folder + "/secrets" }
    let keys: [(id: UUID, key: MadeUpKey)]
    static let scanKeyText = Data(repeating: 7, count: 32).base64EncodedString()
    static let executable = Repository.products.appending(path: "audit-scan").path

    init(seed: UInt64 = 1) throws {
        database = try PrivateCluster.shared.makeDatabase(schema: true)
        folder = FileManager.default.temporaryDirectory.appending(path: "byok-scan-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder + "/secrets", withIntermediateDirectories: true)
        var random = CorpusRandom(seed: seed)
        keys = Provider.allCases.map { provider in (UUID(), MadeUpKey(provider, &random)) }
        _ = try database.psql(
            "insert into byok.migrations (number, name) values (18, 'fingerprints') on conflict do nothing")
        _ = try database.psql(
            "insert into byok.master_keys (version, state, check_value, activated_at) values (1, 'current', decode(repeat('11', 32), 'hex'), now())"
        )
        let bytes = [UInt8](repeating: 7, count: 32)
        let scanKey = try ScanKey(SecretBytes(copying: bytes.span))
        var fingerprinter = try Fingerprinter(scanKey)
        for (id, key) in keys {
            let text = Array(key.text.utf8)
            let windows = try key.provider.fingerprint(of: SecretBytes(copying: text.span), with: &fingerprinter) ?? []
            let hex = windows.map { String(format: "%02x", $0) }.joined()
            _ = try database.psql(
                """
                insert into byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed, status)
                values ('\(id)', gen_random_uuid(), '\(key.provider.rawValue)', 'label', '\(key.text.prefix(4))', 1,
                    decode('01' || repeat('ab', 60), 'hex'), 'active');
                insert into byok.key_fingerprints (key_id, key_revision, scan_key_id, windows)
                values ('\(id)', 1, '\(scanKey.id)', '\\x\(hex)')
                """)
        }
    }

    func log(_ text: String, _ name: String = "app.log") throws {
        try Data(text.utf8).write(to: URL(filePath: logs + "/" + name))
    }

    func compress(_ text: String, into path: String) throws {
        let done = try Subprocess.run(
            "/bin/sh", ["-c", #"gzip -c >"$1.new" && mv "$1.new" "$1""#, "sh", path], input: text)
        try #require(done.status == 0)
    }

    /// A scan that goes on while the test does something to it.
    func start(_ arguments: [String], with extra: [String: String] = [:]) throws -> Subprocess {
        try Subprocess(Self.executable, arguments, environment: environment(extra))
    }

    /// Until the scan has come to a statement that holds `text`.
    func waitForStatement(_ text: String) throws {
        for _ in 0..<200 {
            let count = try database.psql(
                """
                select count(*) from pg_stat_activity where datname = current_database() and usename = 'byok_scan'
                    and state = 'active' and query like '%\(text)%'
                """)
            if count != "0" { return }
            usleep(50_000)
        }
        Issue.record("the scan never asked \(text)")
    }

    func scan(_ arguments: [String], with extra: [String: String] = [:], input: String = "") throws -> ScanEnd {
        ScanEnd(try Subprocess.run(Self.executable, arguments, environment: environment(extra), input: input))
    }

    private func environment(_ extra: [String: String]) -> [String: String] {
        var environment = database.environment(role: "byok_scan")
        environment["BYOK_SCAN_KEY"] = Self.scanKeyText
        environment["BYOK_REPORT_DIR"] = folder + "/reports"
        environment["BYOK_JSON"] = "true"
        return environment.merging(extra) { $1 }
    }
}

/// What a scan said at its end.
struct ScanEnd {
    let status: Int32
    let outcome: String
    let counts: [String: Int]
    let report: String
    let output: String

    init(_ finished: Finished) {
        status = finished.status
        output = finished.stdout + finished.stderr
        let object = (try? JSONSerialization.jsonObject(with: Data(finished.stdout.utf8))) as? [String: Any] ?? [:]
        outcome = object["outcome"] as? String ?? ""
        counts = object["counts"] as? [String: Int] ?? [:]
        report = object["report"] as? String ?? ""
    }

    /// The rows of the findings table.
    var findings: [[String: Any]] { rows(ofSection: 0) }
    /// A row a source.
    var coverage: [[String: Any]] { rows(ofSection: 1) }

    private func rows(ofSection number: Int) -> [[String: Any]] {
        guard let data = FileManager.default.contents(atPath: report + "/report.json"),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let sections = object["sections"] as? [[String: Any]],
            sections.indices.contains(number), let tables = sections[number]["tables"] as? [[String: Any]]
        else { return [] }
        return tables.first?["rows"] as? [[String: Any]] ?? []
    }
}
