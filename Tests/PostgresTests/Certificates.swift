import Foundation
import TestSupport

/// Certificates made by the real openssl, in a folder of their own.
struct Certificates {
    let folder = "/tmp/byok-tls-\(UUID().uuidString.prefix(8))"

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try makeAuthority("ours")
        try makeAuthority("another")
    }

    func path(_ name: String) -> String { folder + "/" + name }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// A server's certificate and key.
    func issue(by authority: String, for host: String, days: Int = 2) throws -> (certificate: String, key: String) {
        try Data("subjectAltName=DNS:\(host)\n".utf8).write(to: URL(filePath: path("names")))
        try openssl(["req"] + key("server") + ["-out", path("server.csr"), "-subj", "/CN=\(host)"])
        try openssl([
            "x509", "-req", "-in", path("server.csr"), "-CA", path("\(authority).crt"), "-CAkey",
            path("\(authority).key"), "-CAcreateserial", "-days", "\(days)", "-extfile", path("names"), "-out",
            path("server.crt"),
        ])
        return try (read("server.crt"), read("server.key"))
    }

    /// One that nobody vouches for.
    func selfSigned(for host: String) throws -> (certificate: String, key: String) {
        try openssl(
            ["req", "-x509"] + key("server") + [
                "-out", path("server.crt"), "-subj", "/CN=\(host)", "-addext", "subjectAltName=DNS:\(host)", "-days",
                "2",
            ])
        return try (read("server.crt"), read("server.key"))
    }

    private func makeAuthority(_ name: String) throws {
        try openssl(
            ["req", "-x509"] + key(name) + ["-out", path("\(name).crt"), "-subj", "/CN=\(name)", "-days", "2"])
    }

    private func key(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path("\(name).key")]
    }

    private func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    private func openssl(_ arguments: [String]) throws {
        let finished = try Subprocess.run("/usr/bin/openssl", arguments)
        guard finished.status == 0 else { throw ClusterError(message: finished.stderr) }
    }
}
