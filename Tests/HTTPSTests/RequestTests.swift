import Secrets
import Testing

@testable import HTTPS

struct RequestTests {
    @Test(arguments: ["http://127.0.0.1:8080", "http://127.0.0.1:8080/", "http://[::1]:1", "http://127.0.0.1"])
    func `a loopback literal is an origin`(text: String) throws {
        #expect(try Origin.loopback(text).reach == .loopback)
    }

    @Test(arguments: [
        "", "http://", "http://localhost:80", "https://127.0.0.1:80", "http://127.0.0.1:80@evil.example",
        "http://127.0.0.1.evil.example", "http://evil.example", "http://127.0.0.1:0", "http://127.0.0.1:65536",
        "http://127.0.0.1:+80", "http://127.0.0.1:80/path", "http://127.0.0.1:80\r\nx: y", "http://user@127.0.0.1:80",
        "http://127.0.0.2:80", "file:///etc/passwd", "http://[::1]evil.example", "HTTP://127.0.0.1:80",
        "http://127.0.0.1:", "http://127.0.0.1:8\u{660}", "http://0.0.0.0:80", "http://2130706433:80",
    ])
    func `nothing else is a loopback origin`(text: String) {
        #expect(throws: HTTPSError.invalidRequest) { try Origin.loopback(text) }
    }

    @Test(arguments: ["", "v1", "/a b", "/a\r\nx: y", "/a\0", "/a#b", "/\\evil", "/ü", "@evil.example/"])
    func `a path that could lead elsewhere is refused`(path: String) async throws {
        let client = try HTTPSClient()
        #expect(await failure(client, try loopbackRequest(9, path: path)) == .invalidRequest)
        await client.shutDown()
    }

    @Test(arguments: [
        ("x-a", "b\r\nx-c: d"), ("x-a\r\n", "b"), ("x a", "b"), ("", "b"), ("x-a", ""), ("x-a", "b\0c"),
        ("host", "evil"),
        ("Transfer-Encoding", "chunked"), ("X-API-Key", "other"), ("x-a", "\u{E9}"),
    ])
    func `a header that is more than one header is refused`(name: String, value: String) async throws {
        let client = try HTTPSClient()
        var request = try loopbackRequest(9)
        request.headers = [(name, value)]
        #expect(await failure(client, request) == .invalidRequest)
        await client.shutDown()
    }

    @Test(arguments: ["", "abc\r\nx: y", "abc def", "abc\n", "abc\0def", "caf\u{E9}"])
    func `a secret that is no header value is refused`(text: String) async throws {
        let client = try HTTPSClient()
        let request = try loopbackRequest(9)
        let error: HTTPSError?
        do throws(HTTPSError) {
            _ = try await client.send(request, secret: SecretBytes(copying: Array(text.utf8).span))
            error = nil
        } catch let thrown {
            error = thrown
        }
        #expect(error == .invalidRequest)
        await client.shutDown()
    }

    @Test func `a secret that is too long is refused`() async throws {
        let client = try HTTPSClient()
        let bytes = [UInt8](repeating: 0x61, count: 4097)
        await #expect(throws: HTTPSError.invalidRequest) {
            try await client.send(try loopbackRequest(9), secret: SecretBytes(copying: bytes.span))
        }
        await client.shutDown()
    }

    @Test func `time-outs are at least a millisecond and at most ten minutes`() {
        #expect(Timeouts.milliseconds(.zero) == 1)
        #expect(Timeouts.milliseconds(.seconds(-5)) == 1)
        #expect(Timeouts.milliseconds(.milliseconds(1500)) == 1500)
        #expect(Timeouts.milliseconds(.seconds(Int64.max)) == 600_000)
    }

    @Test func `no error says anything but its kind`() {
        for error in HTTPSError.allCases {
            #expect(!error.description.isEmpty)
            #expect(!error.description.contains("://"))
        }
    }
}

struct ResponseHeadTests {
    private func fields(_ lines: [String]) throws -> [(name: String, value: String)] {
        var head = ResponseHead()
        for line in lines {
            let isAccepted = head.append(Array(line.utf8))
            #expect(isAccepted)
        }
        return try head.fields()
    }

    @Test func `names are lower-cased and values trimmed`() throws {
        let fields = try fields(["HTTP/1.1 200 OK\r\n", "Request-ID: \t abc \r\n", "\r\n"])
        #expect(fields.map(\.name) == ["request-id"])
        #expect(fields.map(\.value) == ["abc"])
    }

    @Test func `values that are not printable ASCII or too long are dropped`() throws {
        let long = String(repeating: "a", count: 1025)
        let fields = try fields([
            "a: \u{1B}[31m\r\n", "b: \u{202E}x\r\n", "c: \(long)\r\n", "d:\r\n", "e\r\n", "f: g\r\n",
        ])
        #expect(fields.map(\.name) == ["f"])
    }

    @Test func `an interim answer's fields are forgotten and its bytes counted`() throws {
        #expect(
            try fields(["HTTP/1.1 103 Early\r\n", "a: b\r\n", "HTTP/1.1 200 OK\r\n", "c: d\r\n"]).map(\.name) == ["c"])
        var head = ResponseHead()
        let line = Array("HTTP/1.1 100 Continue\r\n".utf8)
        let areAllAccepted = (0..<4000).allSatisfy { _ in head.append(line) }
        #expect(!areAllAccepted)
    }
}
