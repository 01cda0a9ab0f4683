import Foundation
import HTTPS
import Testing

struct TLSTests {
    let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func ask(_ name: String, _ flags: [String] = [], trusting file: String? = nil) async throws -> HTTPSError? {
        let server = try TLSServer.openssl(authority, name, flags)
        defer { server.stop() }
        let client = try publicHostClient(file ?? authority.file, port: server.port)
        let error = await failure(client, publicHostRequest(server.port))
        await client.shutDown()
        return error
    }

    @Test func `a host with a good certificate is asked`() async throws {
        try authority.makeServer("good")
        let server = try TLSServer.openssl(authority, "good")
        defer { server.stop() }
        let client = try publicHostClient(authority.file, port: server.port)
        let response = try await outcome(client, publicHostRequest(server.port)).get()
        #expect(response.status == 200)
        #expect(String(decoding: response.body, as: UTF8.self).contains("TLSv1.3"))
        await client.shutDown()
    }

    @Test func `an expired certificate is refused`() async throws {
        try authority.makeServer("expired", days: -1)
        #expect(try await ask("expired") == .tls)
    }

    @Test func `a certificate for another name is refused`() async throws {
        try authority.makeServer("other", host: "other.provider.example")
        #expect(try await ask("other") == .tls)
    }

    @Test func `a self-signed certificate is refused`() async throws {
        try authority.makeAuthority("self", subject: TestAuthority.host)
        #expect(try await ask("self") == .tls)
    }

    @Test func `an unknown authority is refused`() async throws {
        try authority.makeAuthority("stranger")
        try authority.makeServer("strange", signedBy: "stranger")
        #expect(try await ask("strange") == .tls)
    }

    @Test func `the system's authorities do not vouch for the test's`() async throws {
        try authority.makeServer("good")
        #expect(try await ask("good", trusting: ClientOptions.systemCertificateAuthorities) == .tls)
    }

    @Test func `a missing authority file trusts nobody`() async throws {
        try authority.makeServer("good")
        #expect(try await ask("good", trusting: authority.path("no-such-file.pem")) == .tls)
    }

    @Test func `TLS 1_1 is refused`() async throws {
        try authority.makeServer("good")
        #expect(try await ask("good", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]) == .tls)
    }

    @Test func `TLS 1_2 is good enough`() async throws {
        try authority.makeServer("good")
        #expect(try await ask("good", ["-tls1_2"]) == nil)
    }

    @Test func `a server that talks no TLS is refused and hears no secret`() async throws {
        let server = try LoopbackServer { connection in
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection.descriptor, &bytes, bytes.count, 0)
            connection.record(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        }
        defer { server.stop() }
        let client = try publicHostClient(authority.file, port: server.port)
        #expect(await failure(client, publicHostRequest(server.port)) == .tls)
        #expect(!server.received.joined().contains("Bearer"))
        await client.shutDown()
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: TLSServer.nghttpd), "nghttp2-server is not installed")
    )
    func `HTTP 2 is spoken where it is offered`() async throws {
        try authority.makeServer("good")
        let server = try TLSServer.http2(authority, "good")
        defer { server.stop() }
        let client = try publicHostClient(authority.file, port: server.port)
        let request = publicHostRequest(server.port, path: "/ca.pem")
        let responses = await withTaskGroup(of: Response?.self) { group in
            for _ in 1...32 { group.addTask { try? await outcome(client, request).get() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(responses.count == 32)
        #expect(responses.allSatisfy { $0?.status == 200 && $0?.httpVersion == .http2 })
        await client.shutDown()
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: TLSServer.nghttpd), "nghttp2-server is not installed")
    )
    func `over HTTP 2 an answer that is cut off disturbs none of those beside it`() async throws {
        try authority.makeServer("good")
        try Data(repeating: 0x61, count: 1_000_000).write(to: authority.folder.appending(path: "long"))
        let server = try TLSServer.http2(authority, "good")
        defer { server.stop() }
        let client = try publicHostClient(authority.file, port: server.port)
        let responses = await withTaskGroup(of: (String, Response?).self) { group in
            for index in 1...32 {
                let path = index.isMultiple(of: 2) ? "/long" : "/ca.pem"
                let request = publicHostRequest(server.port, path: path)
                group.addTask { (path, try? await outcome(client, request).get()) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for (path, response) in responses {
            #expect(response?.status == 200, "\(path)")
            #expect(response?.isTruncated == (path == "/long"))
            #expect(path != "/long" || response?.body.count == 65_536)
        }
        await client.shutDown()
    }
}
