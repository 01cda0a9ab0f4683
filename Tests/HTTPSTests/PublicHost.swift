import HTTPS

/// The test's public host, found on loopback by the two package-internal options.
func publicHostClient(
    _ authorityFile: String, port: UInt16, address: String = "127.0.0.1", allowsLoopback: Bool = true
) throws -> HTTPSClient {
    var options = ClientOptions(certificateAuthorityFile: authorityFile)
    options.resolveOverrides = ["\(TestAuthority.host):\(port):\(address)"]
    if allowsLoopback { options.allowsLoopbackFor = [TestAuthority.host] }
    return try HTTPSClient(options)
}

func publicHostRequest(_ port: UInt16, path: String = "/") -> Request {
    Request(
        origin: .https("api.provider.example", port: port), path: path,
        secretHeader: SecretHeaderName(name: "authorization", prefix: "Bearer "))
}
