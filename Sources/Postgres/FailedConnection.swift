/// Which connection could not be made, and why: names from the settings, and one of a few causes. No secret is among
/// them, since the settings with one in the wrong place are refused (``ConnectionSettings``).
public struct FailedConnection: Hashable, Sendable {
    /// What can be told of a failure besides its SQLSTATE.
    public enum Cause: String, Hashable, Sendable {
        /// Something answers there, and nobody listens at that port.
        case refused = "connection refused"
        case unknownHost = "host name not known"
        /// The folder holds no socket of that port.
        case noSocket = "no socket there"
        case noRoute = "no route to the host"
        case noAnswer = "no answer in time"
        case noPassword = "it asks for a password, and none is given"
        case noTLS = "it does not offer TLS"
        case unprovedCertificate = "its certificate cannot be verified"
    }

    /// Host and port, or the socket's folder.
    public let server: String
    public let database: String
    public let role: String
    public let cause: Cause?

    public init(server: String, database: String, role: String, cause: Cause?) {
        self.server = server
        self.database = database
        self.role = role
        self.cause = cause
    }
}

extension FailedConnection: CustomStringConvertible {
    public var description: String {
        "role \(role), database \(database) at \(server)" + (cause.map { ": \($0.rawValue)" } ?? "")
    }
}

extension FailedConnection.Cause {
    /// libpq's words are read for what they say, and dropped: they may quote settings.
    init?(libpq text: String) {
        let signs: [(String, Self)] = [
            ("does not support SSL", .noTLS), ("no password supplied", .noPassword),
            ("password authentication", .noPassword), ("Connection refused", .refused),
            ("could not translate host name", .unknownHost), ("No such file or directory", .noSocket),
            ("No route to host", .noRoute), ("Network is unreachable", .noRoute),
            ("timeout expired", .noAnswer), ("Connection timed out", .noAnswer),
        ]
        guard let sign = signs.first(where: { text.contains($0.0) }) else { return nil }
        self = sign.1
    }
}
