import Foundation
import HTTPS
import Testing

struct EnvironmentTests {
    @Test func `proxies and session key files of the environment are not used`() async throws {
        let authority = try TestAuthority()
        try authority.makeServer("good")
        let server = try TLSServer.openssl(authority, "good")
        let plain = try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        }
        let proxy = try LoopbackServer { connection in _ = connection.readRequest() }
        defer {
            server.stop()
            for server in [plain, proxy] { server.stop() }
        }
        let (file, port, plainPort, proxyPort) = (authority.file, server.port, plain.port, proxy.port)
        let keyLog = authority.path("session-keys")
        await #expect(processExitsWith: .success) {
            [
                file = file as String, port = port as UInt16, plainPort = plainPort as UInt16,
                proxyPort = proxyPort as UInt16, keyLog = keyLog as String
            ] in
            for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "http_proxy"] {
                setenv(name, "http://127.0.0.1:\(proxyPort)", 1)
            }
            setenv("SSLKEYLOGFILE", keyLog, 1)
            let client = try publicHostClient(file, port: port)
            #expect(try await outcome(client, publicHostRequest(port)).get().status == 200)
            #expect(try await outcome(client, loopbackRequest(plainPort)).get().status == 200)
            await client.shutDown()
        }
        #expect(proxy.connectionCount == 0)
        #expect(!FileManager.default.fileExists(atPath: keyLog))
    }

    @Test func `authorities of the environment vouch for nobody`() async throws {
        let authority = try TestAuthority()
        try authority.makeServer("good")
        let server = try TLSServer.openssl(authority, "good")
        defer { server.stop() }
        let (file, port) = (authority.file, server.port)
        await #expect(processExitsWith: .success) { [file = file as String, port = port as UInt16] in
            for name in ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"] { setenv(name, file, 1) }
            setenv("SSL_CERT_DIR", (file as NSString).deletingLastPathComponent, 1)
            let client = try publicHostClient(ClientOptions.systemCertificateAuthorities, port: port)
            #expect(await failure(client, publicHostRequest(port)) == .tls)
            await client.shutDown()
        }
    }
}
