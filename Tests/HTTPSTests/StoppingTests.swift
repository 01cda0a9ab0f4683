import Foundation
import HTTPS
import Testing

struct StoppingTests {
    @Test func `cancelling the task ends its transfer and closes its connection`() async throws {
        let server = try SilentServer()
        defer { server.stop() }
        let client = try HTTPSClient()
        let request = try loopbackRequest(server.port)
        let task = Task { await failure(client, request) }
        await server.waitForRequest()
        task.cancel()
        #expect(await task.value == .cancelled)
        await server.waitForHangUp()
        await client.shutDown()
    }

    @Test func `a task cancelled before it asks sends nothing`() async throws {
        let server = try SilentServer()
        defer { server.stop() }
        let client = try HTTPSClient()
        let request = try loopbackRequest(server.port)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await failure(client, request)
        }
        task.cancel()
        #expect(await task.value == .cancelled)
        await client.shutDown()
        #expect(server.requestCount == 0)
    }

    @Test func `shutting down aborts what is on its way`() async throws {
        let server = try SilentServer()
        defer { server.stop() }
        let client = try HTTPSClient()
        let request = try loopbackRequest(server.port)
        let task = Task { await failure(client, request) }
        await server.waitForRequest()
        await client.shutDown()
        #expect(await task.value == .cancelled)
        #expect(await failure(client, request) == .cancelled)
        await client.shutDown(.draining)
    }

    @Test func `draining lets what is on its way come to its end`() async throws {
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil {
                usleep(150_000)
                connection.answer()
            }
        }
        defer { server.stop() }
        let client = try HTTPSClient()
        let request = try loopbackRequest(server.port)
        let task = Task { await outcome(client, request) }
        while server.received.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        await client.shutDown(.draining)
        #expect(try await task.value.get().status == 200)
    }

    @Test func `an abort overrides a drain that waits`() async throws {
        let server = try SilentServer()
        defer { server.stop() }
        let client = try HTTPSClient()
        let request = try loopbackRequest(server.port)
        let task = Task { await failure(client, request) }
        await server.waitForRequest()
        let draining = Task { await client.shutDown(.draining) }
        await client.shutDown(.aborting)
        await draining.value
        #expect(await task.value == .cancelled)
    }
}

/// Reads requests, never answers, notices when the client goes.
private final class SilentServer: Sendable {
    private let server: LoopbackServer
    private let hangUps: Counter

    init() throws {
        let hangUps = Counter()
        self.hangUps = hangUps
        server = try LoopbackServer { connection in
            while connection.readRequest() != nil {}
            hangUps.add(1)
        }
    }

    var port: UInt16 { server.port }
    var requestCount: Int { server.received.count }

    func waitForRequest() async { while server.received.isEmpty { try? await Task.sleep(for: .milliseconds(5)) } }
    func waitForHangUp() async { while hangUps.value == 0 { try? await Task.sleep(for: .milliseconds(5)) } }
    func stop() { server.stop() }
}
