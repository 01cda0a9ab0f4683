public import Foundation

/// Where the package's files are, for tests that read or run them.
public enum Repository {
    public static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Research data that lies beside a development checkout; a user's clone has none.
    public static let shared = root.deletingLastPathComponent().appending(path: "shared")

    public static func path(_ relative: String) -> String { root.appending(path: relative).path }

    /// The folder that holds the executables built together with the running tests.
    public static let products: URL = {
        let image = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: image).deletingLastPathComponent()
    }()

    /// The real psql: Debian's is a script around it, which costs more than most statements.
    public static let psql: String = {
        let servers = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: servers)) ?? []
        let newest = versions.compactMap(Int.init).max().map { "\(servers)/\($0)/bin/psql" }
        return newest ?? "/usr/bin/psql"
    }()
}
