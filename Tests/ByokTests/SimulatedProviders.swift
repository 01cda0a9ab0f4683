import Foundation
import TestSupport

/// The provider simulator on ports of its own.
final class SimulatedProviders: Sendable {
    /// `BYOK_<PROVIDER>_URL` of each provider.
    let environment: [String: String]
    private let processID: Int32
    private let folder: URL

    /// `answers`: by the end of a key, the names of the answers that it gets. Keys in `live` work, all others are dead.
    init(live: [String] = [], answers: [String: [String]] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "byok-providers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let script = folder.appending(path: "script.json"), names = folder.appending(path: "environment")
        try JSONSerialization.data(withJSONObject: ["live": live, "answers": answers]).write(to: script)
        let child = try Subprocess(
            Repository.products.appending(path: "provider-simulator").path,
            ["serve", "--script", script.path, "--environment-file", names.path])
        processID = child.processID
        var lines = ""
        for _ in 0..<1200 where lines.isEmpty {
            usleep(50_000)
            lines = (try? String(contentsOf: names, encoding: .utf8)) ?? ""
        }
        let pairs = lines.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        environment = Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) })
    }

    deinit {
        kill(processID, SIGKILL)
        var state: Int32 = 0
        waitpid(processID, &state, 0)
        try? FileManager.default.removeItem(at: folder)
    }

    /// How many keys were asked about, the same one twice counting twice.
    func requestCount() throws -> Int {
        guard let base = environment["BYOK_GROQ_URL"] else { return -1 }
        let answer = try Subprocess.run("/usr/bin/curl", ["-s", base + "/_simulator/counts"])
        let counts = try JSONSerialization.jsonObject(with: Data(answer.stdout.utf8)) as? [String: Any]
        return (counts?["key_requests"] as? [String: Int])?.values.reduce(0, +) ?? -1
    }
}
