import Foundation
import HTTPS
import Testing

struct HostileServerTests {
    @Test func `a body that trickles in ends at the deadline`() async throws {
        let error = try await failure(total: .milliseconds(400)) { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while connection.write("a") { usleep(20_000) }
        }
        #expect(error == .timeout)
    }

    @Test func `headers that trickle in end at the deadline`() async throws {
        let error = try await failure(total: .milliseconds(400)) { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nx-slow: ")
            while connection.write("a") { usleep(20_000) }
        }
        #expect(error == .timeout)
    }

    @Test func `a server that never answers ends at the deadline`() async throws {
        let error = try await failure(total: .milliseconds(300)) { connection in
            while connection.readRequest() != nil {}
        }
        #expect(error == .timeout)
    }

    @Test(arguments: [200, 401, 503])
    func `an endless body is cut off and what was read is an answer`(status: Int) async throws {
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 \(status) Answer\r\nrequest-id: r\r\n\r\n{")
            let block = [UInt8](repeating: 0x61, count: 16 * 1024)
            while connection.write(block) {}
        }
        defer { server.stop() }
        let client = try HTTPSClient()
        let response = try await outcome(client, loopbackRequest(server.port)).get()
        #expect(response.isTruncated)
        #expect(response.status == status)
        #expect(response.header("request-id") == "r")
        #expect(response.body == [0x7B] + [UInt8](repeating: 0x61, count: 65_535))
        await client.shutDown()
    }

    @Test func `ten gigabytes in chunks are cut off`() async throws {
        let sent = Counter()
        let server = try LoopbackServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("4000\r\n".utf8) + [UInt8](repeating: 0x61, count: 0x4000) + Array("\r\n".utf8)
            while sent.value < 10_000_000_000, connection.write(chunk) { sent.add(chunk.count) }
        }
        defer { server.stop() }
        let client = try HTTPSClient()
        let response = try await outcome(client, loopbackRequest(server.port)).get()
        #expect(response.isTruncated)
        #expect(response.body.count == 65_536)
        #expect(sent.value < 100_000_000)
        await client.shutDown()
    }

    @Test func `a body that is cut off and contradicts its length is malformed all the same`() async throws {
        let error = try await failure { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 90000\r\nContent-Length: 80000\r\n\r\n")
            connection.write(String(repeating: "a", count: 90_000))
        }
        #expect(error == .malformedResponse)
    }

    @Test func `a body of exactly 64 KiB arrives whole and one byte more does not`() async throws {
        let server = try LoopbackServer { connection in
            while let head = connection.readRequest() {
                connection.answer(body: String(repeating: "a", count: head.contains("/fits") ? 65_536 : 65_537))
            }
        }
        defer { server.stop() }
        let client = try HTTPSClient()
        for (path, isTruncated) in [("/fits", false), ("/does-not", true), ("/fits", false)] {
            let response = try await outcome(client, loopbackRequest(server.port, path: path)).get()
            #expect(response.body.count == 65_536)
            #expect(response.isTruncated == isTruncated)
        }
        // The rest of a cut body must not be taken for the next answer.
        #expect(server.connectionCount == 2)
        await client.shutDown()
    }

    @Test func `a gzip body is handed over as it came`() async throws {
        let zipped: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B, 0x04, 0, 0x43, 0xBE, 0xB7, 0xE8, 1, 0, 0, 0]
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil {
                connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(zipped.count)\r\n\r\n")
                connection.write(zipped)
            }
        }
        defer { server.stop() }
        let client = try HTTPSClient()
        #expect(try await outcome(client, loopbackRequest(server.port)).get().body == zipped)
        #expect(!server.received.joined().lowercased().contains("accept-encoding"))
        await client.shutDown()
    }

    @Test func `a header with a NUL byte is malformed`() async throws {
        let error = try await failure { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nx-a: b\0c\r\nContent-Length: 2\r\n\r\n{}")
        }
        #expect(error == .malformedResponse)
    }

    @Test func `a header of one mebibyte is malformed`() async throws {
        let error = try await failure { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nx-long: " + String(repeating: "a", count: 1 << 20) + "\r\n\r\n")
        }
        #expect(error != nil)
    }

    @Test func `endless small headers are malformed`() async throws {
        let error = try await failure { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("x-more: and more\r\n") {}
        }
        #expect(error == .malformedResponse)
    }

    @Test func `endless interim answers are malformed`() async throws {
        let error = try await failure { connection in
            guard connection.readRequest() != nil else { return }
            while connection.write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n") {}
        }
        #expect(error == .malformedResponse)
    }

    @Test func `interim answers at a crawl end at the deadline`() async throws {
        let error = try await failure(total: .milliseconds(400)) { connection in
            guard connection.readRequest() != nil else { return }
            while connection.write("HTTP/1.1 100 Continue\r\n\r\n") { usleep(20_000) }
        }
        #expect(error == .timeout)
    }

    @Test func `two lengths that differ are malformed`() async throws {
        let error = try await failure { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}")
        }
        #expect(error == .malformedResponse)
    }

    @Test func `a reset in the middle of a body is a lost connection`() async throws {
        let error = try await failure { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
            connection.reset()
        }
        #expect(error == .connectionLost)
    }

    @Test func `a body shorter than its length is a lost connection`() async throws {
        let error = try await failure { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        }
        #expect(error == .connectionLost)
    }

    @Test func `an answer without a status line is malformed`() async throws {
        let error = try await failure { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("hello, I am no HTTP server\r\n\r\n")
        }
        #expect(error == .malformedResponse)
    }

    @Test func `a port where nobody listens is a failed connection`() async throws {
        let server = try LoopbackServer { _ in }
        server.stop()
        usleep(50_000)
        let client = try HTTPSClient()
        #expect(await failure(client, try loopbackRequest(server.port)) == .connect)
        await client.shutDown()
    }
}
