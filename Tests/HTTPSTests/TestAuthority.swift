import Foundation

/// A certificate authority of the test's own, in a folder that goes with it.
final class TestAuthority: Sendable {
    static let host = "api.provider.example"

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "https-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try makeAuthority("ca")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var file: String { path("ca.pem") }
    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// A self-signed root with the given file name.
    func makeAuthority(_ name: String, subject: String = "Test Authority") throws {
        try openssl(
            ["req", "-x509"] + newKey(name) + ["-out", "\(name).pem", "-days", "2", "-subj", "/CN=\(subject)"])
    }

    /// A server certificate signed by one of the authorities; negative days: it has ended already.
    func makeServer(_ name: String, host: String = host, signedBy authority: String = "ca", days: Int = 2) throws {
        try openssl(["req"] + newKey(name) + ["-out", "\(name).csr", "-subj", "/CN=\(host)"])
        try Data("subjectAltName=DNS:\(host)\n".utf8).write(to: folder.appending(path: "\(name).ext"))
        try openssl([
            "x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).pem", "-CAkey", "\(authority).key",
            "-CAcreateserial", "-days", "\(days)", "-extfile", "\(name).ext", "-out", "\(name).pem",
        ])
    }

    private func newKey(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "\(name).key"]
    }

    private func openssl(_ arguments: [String]) throws {
        let process = try ChildProcess("/usr/bin/env", ["-C", folder.path, "openssl"] + arguments)
        guard process.wait() == 0 else { throw POSIXError(.EINVAL) }
    }
}
