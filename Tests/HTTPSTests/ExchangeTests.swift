import Foundation
import HTTPS
import Secrets
import Testing

struct ExchangeTests {
    @Test func `the secret goes into its header and nowhere else`() async throws {
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer(headers: ["Request-Id: req_1"]) }
        }
        defer { server.stop() }
        let client = try HTTPSClient()
        var request = try loopbackRequest(server.port)
        request.secretHeader = SecretHeaderName(name: "authorization", prefix: "Bearer ")

        let response = try await client.send(request, secret: plantedSecret())

        let secret = plantedSecret().withBytes { bytes in
            String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
        let head = try #require(server.received.first)
        #expect(head.hasPrefix("GET /v1/models HTTP/1.1\r\n"))
        #expect(head.contains("\r\nauthorization: Bearer \(secret)\r\n"))
        #expect(head.components(separatedBy: secret).count == 2)
        #expect(response.status == 200)
        #expect(response.header("request-id") == "req_1")
        #expect(response.httpVersion == .http1_1)
        #expect(response.latency > .zero)
        await client.shutDown()
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is an answer and is not followed`(status: Int) async throws {
        let elsewhere = try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        }
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil {
                connection.answer(status, headers: ["Location: http://127.0.0.1:\(elsewhere.port)/v1/models"])
            }
        }
        defer { for server in [server, elsewhere] { server.stop() } }
        let client = try HTTPSClient()
        #expect(try await outcome(client, loopbackRequest(server.port)).get().status == status)
        await client.shutDown()
        #expect(server.received.count == 1)
        #expect(elsewhere.connectionCount == 0)
    }

    @Test func `cookies of one answer do not ride on the next request`() async throws {
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer(headers: ["Set-Cookie: track=1; Path=/"]) }
        }
        defer { server.stop() }
        let client = try HTTPSClient()
        for _ in 1...2 { _ = try await outcome(client, loopbackRequest(server.port)).get() }
        await client.shutDown()
        #expect(server.received.count == 2)
        #expect(!server.received.joined().lowercased().contains("cookie"))
    }

    @Test func `a connection is used again unless a fresh one is asked for`() async throws {
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        }
        defer { server.stop() }
        let client = try HTTPSClient()
        for _ in 1...3 { _ = try await outcome(client, loopbackRequest(server.port)).get() }
        #expect(server.connectionCount == 1)
        var fresh = try loopbackRequest(server.port)
        fresh.usesFreshConnection = true
        _ = try await outcome(client, fresh).get()
        #expect(server.connectionCount == 2)
        await client.shutDown()
    }

    @Test func `sixty-four requests at once are on their way together`() async throws {
        // Each answer waits until all requests have arrived: only requests side by side ever end.
        let waiting = Counter()
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            waiting.add(1)
            while waiting.value < 64 { usleep(2000) }
            connection.answer()
        }
        defer { server.stop() }
        let client = try HTTPSClient()
        let statuses = await withTaskGroup(of: Int?.self) { group in
            for _ in 1...64 {
                group.addTask {
                    guard let request = try? loopbackRequest(server.port) else { return nil }
                    return try? await outcome(client, request).get().status
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count == 64)
        #expect(statuses.allSatisfy { $0 == 200 })
        await client.shutDown()
    }

    @Test func `answers of garbage never bring the client down`() async throws {
        let client = try HTTPSClient()
        for seed in 1...60 as ClosedRange<UInt64> {
            let garbage = Garbage.answer(seed: seed)
            let server = try LoopbackServer { connection in
                guard connection.readRequest() != nil else { return }
                connection.write(garbage)
            }
            _ = await outcome(client, try loopbackRequest(server.port, total: .seconds(2)))
            server.stop()
        }
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer() }
        }
        defer { server.stop() }
        #expect(try await outcome(client, loopbackRequest(server.port)).get().status == 200)
        await client.shutDown()
    }
}
