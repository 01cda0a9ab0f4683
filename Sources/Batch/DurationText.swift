/// Durations as people write them: a whole number and a unit, such as `24h`, `90s`, `0s`, `250ms`, `7d`.
public enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Nil for anything else: no sign, no fraction, no space, no missing unit.
    public static func read(_ text: String) -> Duration? {
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = text.dropLast(unit.suffix.count)
            guard (1...12).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let count = Int64(digits)
            else { continue }
            let (milliseconds, overflowed) = count.multipliedReportingOverflow(by: unit.milliseconds)
            return overflowed ? nil : .milliseconds(milliseconds)
        }
        return nil
    }

    /// The two largest units: `1d4h`, `3m20s`, `250ms`. Below a millisecond, `0s`.
    public static func write(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds < 0 || attoseconds < 0 { return "-" + write(.zero - duration) }
        if seconds == 0 {
            return attoseconds < 1_000_000_000_000_000 ? "0s" : "\(attoseconds / 1_000_000_000_000_000)ms"
        }
        let parts = [(seconds / 86400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        let significant = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 != 0 }
        return significant.map { "\($0.0)\($0.1)" }.joined()
    }
}
