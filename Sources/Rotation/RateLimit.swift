/// At most so many rows a second, over any second.
struct RateLimit: Sendable {
    private let rowsPerSecond: Double
    private var free: ContinuousClock.Instant?

    init(_ rowsPerSecond: Double) { self.rowsPerSecond = rowsPerSecond }

    /// How long to wait after so many rows.
    mutating func wait(after rows: Int, at now: ContinuousClock.Instant) -> Duration {
        let cost = Duration.seconds(Double(rows) / rowsPerSecond)
        let next = max(free ?? now, now) + cost
        free = next
        return now.duration(to: next)
    }
}
