import Foundation
import Planted
import TestSupport

/// The suite at work on planted keys, with every byte that it writes kept in one folder.
final class LeakScenario {
    struct PlantedKey: Decodable {
        let userID: String
        let provider: String
        let key: String

        private enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case provider, key
        }
    }

    let database: TestDatabase
    /// What was written.
    let output: String
    /// Where the keys are, and what names them: not searched.
    let secrets: String
    let keys: [PlantedKey]
    private let simulator: Subprocess
    private var environment: [String: String] = [:]
    private(set) var statuses: [String: Int32] = [:]

    /// Forty keys are imported; the ones behind them are for adding, and for lines that cannot be read.
    static let imported = 40

    init() throws {
        database = try PrivateCluster.shared.makeDatabase()
        let folder = FileManager.default.temporaryDirectory.appending(path: "byok-scenario-\(UUID().uuidString)").path
        (output, secrets) = (folder + "/output", folder + "/secrets")
        for path in [output, secrets] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        let made = try Subprocess.run(
            Self.product("provider-simulator"),
            ["make-keys", "--count", "60", "--users", "20", "--all-work", "--import-file", secrets + "/keys"])
        guard made.status == 0 else { throw ClusterError(message: made.stderr) }
        keys = try String(contentsOfFile: secrets + "/keys", encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(PlantedKey.self, from: Data($0.utf8))
        }
        try Self.writeScript(secrets + "/script", keys)
        simulator = try Subprocess(
            Self.product("provider-simulator"),
            ["--script", secrets + "/script", "--environment-file", secrets + "/providers"])
        try readOrigins()
        try makeSecrets()
    }

    func end() {
        simulator.send(SIGKILL)
        try? FileManager.default.removeItem(atPath: (output as NSString).deletingLastPathComponent)
    }

    static func product(_ name: String) -> String { Repository.products.appending(path: name).path }

    /// Runs one of the suite's programs; what it says is kept under `name`.
    @discardableResult
    func run(
        _ name: String, _ command: [String], as role: String, input: String = "", changing: [String: String] = [:]
    ) throws -> Finished {
        let finished = try Subprocess.run(
            Self.product(command[0]), Array(command.dropFirst()), environment: variables(role, changing), input: input)
        try keep(name, finished)
        return finished
    }

    func keep(_ name: String, _ finished: Finished) throws {
        statuses[name] = finished.status
        try Data(finished.stdout.utf8).write(to: URL(filePath: "\(output)/\(name).out"))
        try Data(finished.stderr.utf8).write(to: URL(filePath: "\(output)/\(name).err"))
    }

    func variables(_ role: String, _ changing: [String: String] = [:]) -> [String: String] {
        database.environment(role: role).merging(environment) { $1 }
            .merging(["SWIFT_BACKTRACE": "enable=no", "BYOK_REPORT_DIR": output + "/reports"]) { $1 }
            .merging(changing) { $1 }
    }

    /// Every row of every table, without the ciphertext; and what the server logged.
    func dumpDatabase() throws {
        let tables = try database.psql(
            "select table_name from information_schema.tables where table_schema = 'byok' and table_type = 'BASE TABLE'"
        )
        for table in tables.split(separator: "\n") {
            let rows = try database.psql("select to_jsonb(t) - 'sealed' from byok.\(table) t")
            try Data(rows.utf8).write(to: URL(filePath: "\(output)/table-\(table)"))
        }
        try FileManager.default.copyItem(atPath: database.cluster.serverLog, toPath: output + "/server.log")
    }

    /// Dead, careless, silent and working keys, by place.
    private static func writeScript(_ path: String, _ keys: [PlantedKey]) throws {
        let behaviours = ["", "echo", "echo_everywhere", "invalid_key", "", "server_error", "garbage", "close"]
        var answers: [String: [String]] = [:]
        for (place, key) in keys.enumerated() {
            let behaviour = behaviours[place % behaviours.count]
            answers[key.key] = behaviour.isEmpty ? nil : [behaviour]
        }
        answers[keys[50].key] = ["valid"]
        answers[keys[51].key] = ["echo_everywhere"]
        answers[keys[52].key] = ["hang"]
        let error = #"{"message":"<key>","type":"<key>","code":"<key>"}"#
        let echo: [String: Any] = [
            "status": 200, "headers": ["request-id": "<key>", "x-request-id": "<key>", "retry-after": "<key>"],
            "body": #"{"data":[{"id":"<key>"}],"object":"<key>","error":\#(error)}"#,
        ]
        let script: [String: Any] = ["answers": answers, "own": ["echo": echo]]
        try JSONSerialization.data(withJSONObject: script).write(to: URL(filePath: path))
    }

    private func readOrigins() throws {
        for _ in 0..<100 where !FileManager.default.fileExists(atPath: secrets + "/providers") { usleep(100_000) }
        for line in try String(contentsOfFile: secrets + "/providers", encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            environment[String(parts[0])] = String(parts[1])
        }
    }

    private func makeSecrets() throws {
        for (name, text) in [
            "master-keys": "1:" + PlantedAlphabet.base64Key(1) + "\n", "scan-key": PlantedAlphabet.base64Key(2),
            "other-master-keys": "1:" + PlantedAlphabet.base64Key(3),
        ] {
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            guard
                FileManager.default.createFile(
                    atPath: "\(secrets)/\(name)", contents: Data(text.utf8), attributes: attributes)
            else { throw ClusterError(message: "\(name) could not be written") }
        }
        environment["BYOK_MASTER_KEYS_FILE"] = secrets + "/master-keys"
        environment["BYOK_SCAN_KEY_FILE"] = secrets + "/scan-key"
    }
}
