import Foundation
import HTTPS
import Providers
import Secrets
import TestSupport
import Testing

/// The built simulator as a process of its own.
final class Simulator {
    static let executable = Repository.products.appending(path: "provider-simulator").path

    /// `BYOK_<PROVIDER>_URL` of each provider.
    let environment: [String: String]
    private var process: Subprocess?

    init(_ arguments: [String] = [], script: String? = nil) throws {
        let folder = try TemporaryFolder()
        var arguments = arguments + ["--environment-file", folder.path("environment")]
        if let script { arguments += ["--script", try folder.write("script", script)] }
        let process = try Subprocess(Self.executable, arguments)
        let processID = process.processID
        self.process = consume process
        var text: String?
        while text == nil, !Self.hasEnded(processID) {
            text = try? String(contentsOfFile: folder.path("environment"), encoding: .utf8)
            usleep(5000)
        }
        let lines = (text ?? "").split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        environment = Dictionary(lines.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
        try #require(text != nil, "the simulator did not start")
    }

    convenience init(answers: [String: [String]], own: [String: Any] = [:]) throws {
        let script = try JSONSerialization.data(withJSONObject: ["answers": answers, "own": own])
        try self.init(script: String(decoding: script, as: UTF8.self))
    }

    deinit { stop() }

    func stop() {
        guard let process = process.take() else { return }
        process.send(SIGKILL)
        _ = process.wait()
    }

    func get(_ path: String, key: String = "none", at provider: Provider = .groq) async throws -> Response {
        let client = try HTTPSClient()
        let request = Request(
            origin: try ProviderOrigins(environment: environment)[provider], path: path,
            secretHeader: provider.secretHeader, timeouts: Timeouts(total: .seconds(20)))
        let response = try await client.send(request, secret: SecretBytes(copying: Array(key.utf8).span))
        await client.shutDown()
        return response
    }

    /// Asks over another provider's port, so that the asking itself is not counted with `provider`.
    func count(_ name: String, _ provider: Provider) async throws -> Int {
        let body = try await get("/_simulator/counts", at: provider == .groq ? .mistral : .groq).body
        let counts = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return (counts?[name] as? [String: Int])?[provider.rawValue] ?? 0
    }

    private static func hasEnded(_ process: Int32) -> Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_signo == SIGCHLD
    }
}

/// Removed with everything in it when the last reference goes.
final class TemporaryFolder {
    private let url = FileManager.default.temporaryDirectory.appending(path: "providers-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
}
