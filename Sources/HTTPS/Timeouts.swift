/// How long one request may take; both are monotonic and neither is extended by traffic.
public struct Timeouts: Hashable, Sendable {
    /// Name, TCP and TLS together.
    public var connect: Duration
    /// From `send` to the last byte of the body.
    public var total: Duration

    public init(connect: Duration = .seconds(5), total: Duration = .seconds(20)) {
        self.connect = connect
        self.total = total
    }

    static let longest: Duration = .seconds(600)

    /// libcurl reads 0 as "for ever": at least one millisecond.
    static func milliseconds(_ duration: Duration) -> Int {
        let bounded = min(max(duration, .milliseconds(1)), longest).components
        return Int(bounded.seconds) &* 1000 &+ Int(bounded.attoseconds / 1_000_000_000_000_000)
    }
}
