import Foundation
import Providers
import Synchronization
import TestSupport

/// The provider simulator as a process of its own, on ports of its own.
final class Simulator: Sendable {
    /// `BYOK_<PROVIDER>_URL` of each provider.
    let environment: [String: String]
    private let processID: Int32
    private let folder: URL

    /// `answers`: by the end of a key, the names of the answers it gets in turn. "" is the end of every key.
    init(answers: [String: [String]] = [:], live: [String]? = nil, latency: Int = 0) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "byok-simulator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var script: [String: Any] = ["answers": answers, "latencyMilliseconds": latency]
        if let live { script["live"] = live }
        let path = folder.appending(path: "script.json")
        try JSONSerialization.data(withJSONObject: script).write(to: path)
        let ports = folder.appending(path: "ports")
        let child = try Subprocess(
            Repository.products.appending(path: "provider-simulator").path,
            ["--script", path.path, "--environment-file", ports.path])
        processID = child.processID
        var lines = ""
        for _ in 0..<600 where lines.isEmpty {
            usleep(20_000)
            lines = (try? String(contentsOf: ports, encoding: .utf8)) ?? ""
        }
        let pairs = lines.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        environment = Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) })
    }

    deinit { stop() }

    func stop() {
        kill(processID, SIGKILL)
        var state: Int32 = 0
        waitpid(processID, &state, 0)
        try? FileManager.default.removeItem(at: folder)
    }

    /// How many requests it has had, whatever they asked.
    func requestCount() throws -> Int {
        guard let base = environment[Provider.groq.originVariable], let url = URL(string: base) else { return -1 }
        let answer = try Subprocess.run(
            "/usr/bin/curl", ["-s", url.appending(path: "_simulator/counts").absoluteString])
        let object = try JSONSerialization.jsonObject(with: Data(answer.stdout.utf8)) as? [String: Any]
        return object?["requests"] as? Int ?? -1
    }
}
