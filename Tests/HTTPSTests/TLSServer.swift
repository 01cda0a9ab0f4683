import Foundation

/// A server process that speaks TLS: OpenSSL's own, or nghttp2's for HTTP/2.
struct TLSServer: Sendable {
    let port: UInt16
    private let process: ChildProcess

    /// Answers every request with a page of its own and closes.
    static func openssl(_ authority: TestAuthority, _ name: String, _ flags: [String] = []) throws -> TLSServer {
        let arguments = [
            "s_server", "-accept", "127.0.0.1:0", "-cert", authority.path("\(name).pem"), "-key",
            authority.path("\(name).key"), "-www",
        ]
        let process = try ChildProcess("/usr/bin/openssl", arguments + flags)
        var text = ""
        while let more = process.readOutput() {
            text += more
            let rest = text.components(separatedBy: "ACCEPT 127.0.0.1:").dropFirst().first ?? ""
            let lines = rest.components(separatedBy: "\n")
            if lines.count > 1, let port = UInt16(lines[0]) { return TLSServer(process, port) }
        }
        process.stop()
        throw POSIXError(.ECHILD)
    }

    static let nghttpd = "/usr/sbin/nghttpd"

    /// Serves the authority's folder over HTTP/2.
    static func http2(_ authority: TestAuthority, _ name: String) throws -> TLSServer {
        let port = UInt16.random(in: 20_000...32_000)
        let process = try ChildProcess(
            nghttpd,
            [
                "--address=127.0.0.1", "--htdocs=\(authority.folder.path)", "\(port)", authority.path("\(name).key"),
                authority.path("\(name).pem"),
            ])
        let server = TLSServer(process, port)
        while !canConnect(port) { usleep(10_000) }
        return server
    }

    private init(_ process: ChildProcess, _ port: UInt16) {
        self.process = process
        self.port = port
    }

    func stop() { process.stop() }

    private static func canConnect(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return withUnsafeBytes(of: &address) { bytes in
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return connect(descriptor, start, socklen_t(bytes.count)) == 0
        }
    }
}
