/// An answer, whole up to 64 KiB of body. Status 200 to 599; a redirect is an answer like any other and is never followed.
public struct Response: Sendable {
    public enum HTTPVersion: String, Sendable {
        case http1_0 = "1.0"
        case http1_1 = "1.1"
        case http2 = "2"
    }

    public let status: Int
    /// In order of arrival, names lower-cased. Values that are empty, longer than 1 KiB or not printable ASCII are
    /// left out. They are the peer's words: check before use, never log.
    public let headers: [(name: String, value: String)]
    /// At most 64 KiB, as sent: a content coding is not undone.
    public let body: [UInt8]
    /// More body came than `body` holds; the rest was not read and its connection dropped.
    public let isTruncated: Bool
    /// From the start of the transfer to its end, waiting for a connection included.
    public let latency: Duration
    public let httpVersion: HTTPVersion

    /// The first value under a lower-case name.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
