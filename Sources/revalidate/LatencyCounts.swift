/// How long answers took, in milliseconds: as many counters as there can be values, however many answers.
struct LatencyCounts: Sendable {
    /// Longer than any request may take, all its time-outs together.
    static let maximum = 20_000

    private var counts: [Int32] = []
    private var total = 0
    private var largest = 0

    mutating func add(_ milliseconds: Int) {
        if counts.isEmpty { counts = Array(repeating: 0, count: Self.maximum + 1) }
        let value = min(max(0, milliseconds), Self.maximum)
        counts[value] &+= 1
        total += 1
        largest = max(largest, value)
    }

    var latency: ProviderSummary.Latency? {
        guard total > 0 else { return nil }
        return ProviderSummary.Latency(p50: value(atShare: 50), p95: value(atShare: 95), maximum: largest)
    }

    /// The smallest value that this many per cent of the answers do not exceed.
    private func value(atShare percent: Int) -> Int {
        let wanted = max(1, (total * percent + 99) / 100)
        var seen = 0
        for (value, count) in counts.enumerated() {
            seen += Int(count)
            if seen >= wanted { return value }
        }
        return largest
    }
}
