public struct ClientOptions: Sendable {
    /// Debian's bundle; no other authority, file, folder or environment variable is consulted.
    public static let systemCertificateAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    /// PEM bundle that a host's certificate must lead to.
    public var certificateAuthorityFile: String
    /// Connections kept open between requests, over all hosts.
    public var maximumIdleConnections: Int
    /// False keeps to HTTP/1.1 (see `HTTPSClient` on what HTTP/2 remembers).
    public var allowsHTTP2: Bool

    /// Test hook, libcurl's form `host:port:address`: answers for the resolver. The address rules still hold.
    package var resolveOverrides: [String] = []
    /// Test hook: public hosts that may be found on loopback.
    package var allowsLoopbackFor: Set<String> = []

    public init(
        certificateAuthorityFile: String = systemCertificateAuthorities, maximumIdleConnections: Int = 400,
        allowsHTTP2: Bool = true
    ) {
        self.certificateAuthorityFile = certificateAuthorityFile
        self.maximumIdleConnections = maximumIdleConnections
        self.allowsHTTP2 = allowsHTTP2
    }

    func addressRule(for origin: Origin) -> AddressRule {
        switch origin.reach {
        case .loopback: .loopbackOnly
        case .publicHost: allowsLoopbackFor.contains(origin.host) ? .publicOrLoopback : .publicOnly
        }
    }
}
