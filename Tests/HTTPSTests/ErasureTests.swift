import Foundation
import HTTPS
import Secrets
import Testing

/// Each looks through the memory of a process of its own, so that no other test's secret or server is in it.
struct ErasureTests {
    @Test func `over plain HTTP no copy of the secret outlives its request`() async throws {
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        }
        defer { server.stop() }
        let port = server.port
        await #expect(processExitsWith: .success) { [port = port as UInt16] in
            let client = try HTTPSClient()
            let pattern = try await ask(client, loopbackRequest(port))
            #expect(pattern.countInMemory() == 0)
            await client.shutDown()
            #expect(pattern.countInMemory() == 0)
        }
    }

    @Test func `over TLS no copy of the secret outlives its request`() async throws {
        let authority = try TestAuthority()
        try authority.makeServer("good")
        let server = try TLSServer.openssl(authority, "good")
        defer { server.stop() }
        let (file, port) = (authority.file, server.port)
        await #expect(processExitsWith: .success) { [file = file as String, port = port as UInt16] in
            let client = try publicHostClient(file, port: port)
            let pattern = try await ask(client, publicHostRequest(port))
            #expect(pattern.countInMemory() == 0)
            await client.shutDown()
            #expect(pattern.countInMemory() == 0)
        }
    }

    @Test(arguments: ["refused", "cancelled"])
    func `a request that fails leaves no copy of the secret`(ending: String) async throws {
        let server = try LoopbackServer { connection in while connection.readRequest() != nil {} }
        defer { server.stop() }
        let port = server.port
        await #expect(processExitsWith: .success) { [port = port as UInt16, ending = ending as String] in
            let client = try HTTPSClient()
            var request = try loopbackRequest(port, total: .milliseconds(300))
            if ending == "refused" { request.path = "no path" }
            let pattern = PlantedPattern(plantedSecret(7))
            do throws(HTTPSError) { _ = try await client.send(request, secret: plantedSecret(7)) } catch {}
            #expect(pattern.countInMemory() == 0)
            await client.shutDown()
        }
    }

    @Test func `the search finds a secret that is there`() async {
        await #expect(processExitsWith: .success) {
            let secret = plantedSecret(9)
            let pattern = PlantedPattern(secret)
            #expect(pattern.countInMemory() == 1)
            #expect(secret.byteCount == 48)
        }
    }
}

private func ask(_ client: HTTPSClient, _ request: Request) async throws -> PlantedPattern {
    let secret = plantedSecret(5)
    let pattern = PlantedPattern(secret)
    let response = try await client.send(request, secret: secret)
    #expect(response.status == 200)
    return pattern
}
