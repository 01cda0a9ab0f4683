import HTTPS
import Secrets

/// A key-like value made at run time, so that no literal in the repository looks like one.
func plantedSecret(_ seed: UInt8 = 1) -> SecretBytes {
    SecretBytes(byteCount: 48) { output in
        var state = UInt32(seed) &* 2_654_435_761
        while !output.isFull {
            state = state &* 1_664_525 &+ 1_013_904_223
            output.append(UInt8(ascii: "a") + UInt8(state >> 24) % 26)
        }
    }
}

func loopbackRequest(_ port: UInt16, path: String = "/v1/models", total: Duration = .seconds(20)) throws -> Request {
    Request(
        origin: try Origin.loopback("http://127.0.0.1:\(port)"), path: path, headers: [("accept", "application/json")],
        secretHeader: SecretHeaderName(name: "x-api-key"), timeouts: Timeouts(total: total))
}

/// The outcome as a value, so that a test can compare it.
func outcome(_ client: HTTPSClient, _ request: Request) async -> Result<Response, HTTPSError> {
    do throws(HTTPSError) {
        return .success(try await client.send(request, secret: plantedSecret()))
    } catch {
        return .failure(error)
    }
}

func failure(_ client: HTTPSClient, _ request: Request) async -> HTTPSError? {
    guard case .failure(let error) = await outcome(client, request) else { return nil }
    return error
}

/// What a server makes of one connection, as the client's error.
func failure(
    total: Duration = .seconds(20), from handler: @escaping LoopbackServer.Handler
) async throws -> HTTPSError? {
    let server = try LoopbackServer(handler)
    defer { server.stop() }
    let client = try HTTPSClient()
    let error = await failure(client, try loopbackRequest(server.port, total: total))
    await client.shutDown()
    return error
}
