/// One GET. The secret is not part of it: it is lent to `HTTPSClient.send`.
public struct Request: Sendable {
    public var origin: Origin
    /// Begins with `/`, may hold a query; never holds a secret.
    public var path: String
    public var headers: [(String, String)]
    public var secretHeader: SecretHeaderName
    public var timeouts: Timeouts
    /// Opens a connection of its own, for a second look that must not share the first one's fate.
    public var usesFreshConnection: Bool

    public init(
        origin: Origin, path: String, headers: [(String, String)] = [], secretHeader: SecretHeaderName,
        timeouts: Timeouts = Timeouts(), usesFreshConnection: Bool = false
    ) {
        self.origin = origin
        self.path = path
        self.headers = headers
        self.secretHeader = secretHeader
        self.timeouts = timeouts
        self.usesFreshConnection = usesFreshConnection
    }

    var url: String { origin.text + path }

    func validate() throws(HTTPSError) {
        guard secretHeader.isValid, hasValidPath, headers.count <= 32 else { throw .invalidRequest }
        for (name, value) in headers {
            guard HeaderText.isName(name), HeaderText.isValue(value), !value.isEmpty,
                name.lowercased() != secretHeader.name.lowercased()
            else { throw .invalidRequest }
        }
    }

    private var hasValidPath: Bool {
        path.hasPrefix("/") && path.utf8.count <= 2048
            && path.utf8.allSatisfy { byte in
                HeaderText.isVisible(byte) && byte != UInt8(ascii: "#") && byte != UInt8(ascii: "\\")
            }
    }
}
