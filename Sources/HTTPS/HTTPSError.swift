/// Why a request brought no answer. It holds no text from the peer, no URL and no header.
public enum HTTPSError: Error, Equatable, Sendable, CaseIterable {
    /// The host has no address, or the resolver did not answer.
    case resolve
    case connect
    /// The handshake failed or the certificate does not prove the host; nothing was sent.
    case tls
    /// The connect or the total time-out passed.
    case timeout
    /// The host resolved to an address that its origin may not use; nothing was sent.
    case refusedAddress
    /// The connection ended before the answer did.
    case connectionLost
    /// What arrived is not HTTP, contradicts itself, or has more than 64 KiB of headers.
    case malformedResponse
    /// The task was cancelled or the client shut down.
    case cancelled
    /// Origin, path, header or secret is not fit to be sent; nothing was sent.
    case invalidRequest
    /// This machine could not: memory, descriptors, or libcurl itself.
    case local

    /// True where the same request may succeed later without anybody's doing.
    public var isWorthRetrying: Bool {
        switch self {
        case .resolve, .connect, .timeout, .connectionLost, .malformedResponse, .local: true
        case .tls, .refusedAddress, .cancelled, .invalidRequest: false
        }
    }
}

extension HTTPSError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .resolve: "the host name has no address"
        case .connect: "no connection to the host"
        case .tls: "the host's TLS certificate or handshake was refused"
        case .timeout: "no answer in time"
        case .refusedAddress: "the host's address is not one it may have"
        case .connectionLost: "the connection ended before the answer did"
        case .malformedResponse: "the answer is not well-formed HTTP"
        case .cancelled: "cancelled"
        case .invalidRequest: "the request is not fit to be sent"
        case .local: "this machine could not send the request"
        }
    }
}
