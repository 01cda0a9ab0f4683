import Foundation
import TestSupport

/// Looks for planted keys in bytes that were written, as `scripts/test` and `scripts/demo` do at their end.
enum LeakSearch {
    /// The files with a find. `secrets` are found too, whatever they look like.
    static func findings(in paths: [String], secrets: [String] = []) throws -> [String] {
        let list = FileManager.default.temporaryDirectory.appending(path: "byok-leak-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: list) }
        let text = secrets.joined(separator: "\n") + "\n"
        guard
            FileManager.default.createFile(
                atPath: list, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw ClusterError(message: "the secrets could not be written") }
        let simulator = Repository.products.appending(path: "provider-simulator").path
        let finished = try Subprocess.run(
            Repository.path("scripts/search-leaks"), [simulator, "--secrets", list] + paths)
        guard finished.status <= 1 else { throw ClusterError(message: finished.stderr) }
        return finished.stdout.split(separator: "\n").map(String.init)
    }
}
