import Batch

/// What a sweep will take, from what was measured: on two cores, with the suite's own table.
struct PlanForecast: Sendable {
    /// Keys a second: the least that the default pace gives beside a busy service, and `--fast` in a quiet hour, both by
    /// `scripts/bench rotate`.
    static let politeRate = 12_000, fastRate = 45_000
    /// Bytes of WAL a key: with few checkpoints, and with one every few thousand rows (a page image each).
    static let leastWAL = 600, mostWAL = 10_000

    let keys: Int
    /// Of the sweep under way; nil before its first second.
    let measuredRate: Double?
    let tableBytes: Int
    let staysHeapOnly: Bool

    var politeTime: Duration {
        .seconds(measuredRate.map { Double(keys) / max(1, $0) } ?? Double(keys) / Double(Self.politeRate))
    }
    var fastTime: Duration { .seconds(Double(keys) / Double(Self.fastRate)) }

    var lines: [[String]] {
        [
            ["Keys to seal anew", "\(keys)"],
            [
                "Time",
                measuredRate == nil
                    ? "about \(Self.words(politeTime)) at the default pace, \(Self.words(fastTime)) with --fast"
                    : "about \(Self.words(politeTime)) at the pace of this sweep",
            ],
            [
                "WAL",
                "\(Self.bytes(keys, Self.leastWAL)) to \(Self.bytes(keys, Self.mostWAL)): the slower, the more checkpoints fall into it",
            ],
            [
                "Growth",
                staysHeapOnly
                    ? "next to none: updates find room on their own page"
                    : "up to \(Self.bytes(tableBytes, 1)), as much as the table holds now",
            ],
        ]
    }

    private static func words(_ duration: Duration) -> String {
        duration < .seconds(1) ? "a second" : DurationText.write(.seconds(duration.components.seconds))
    }

    /// Rounded to three digits at most, in decimal units.
    static func bytes(_ count: Int, _ each: Int) -> String {
        var value = Double(count) * Double(each)
        for unit in ["B", "kB", "MB", "GB", "TB"] {
            if value < 1000 || unit == "TB" { return "\(Int(value.rounded())) \(unit)" }
            value /= 1000
        }
        return ""
    }
}
