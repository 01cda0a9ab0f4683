/// Where a run stands, as one line. Pure: time comes in from outside.
struct ProgressLine: Sendable {
    let unit: StaticString
    /// Nil where nobody knows how much there is.
    let total: Int?
    var done = 0
    private var lastDrawn: Duration?
    private var lastLogged: Duration = .zero

    init(unit: StaticString, total: Int?) {
        self.unit = unit
        self.total = total
    }

    /// At most five times a second.
    mutating func shouldDraw(at elapsed: Duration) -> Bool {
        if let lastDrawn, elapsed - lastDrawn < .milliseconds(200) { return false }
        lastDrawn = elapsed
        return true
    }

    /// Once a minute.
    mutating func shouldLog(at elapsed: Duration) -> Bool {
        guard elapsed - lastLogged >= .seconds(60) else { return false }
        lastLogged = elapsed
        return true
    }

    /// A second, over the whole run; nil before there is anything to tell.
    func rate(after elapsed: Duration) -> Double? {
        let seconds = elapsed / .seconds(1)
        return done > 0 && seconds > 0 ? Double(done) / seconds : nil
    }

    func remaining(after elapsed: Duration) -> Duration? {
        guard let total, let rate = rate(after: elapsed) else { return nil }
        let seconds = (Double(max(0, total - done)) / rate).rounded(.up)
        return seconds < 1e9 ? .seconds(seconds) : nil
    }

    /// Cut to the width, so that the terminal never wraps it and leaves a part behind.
    func text(after elapsed: Duration, width: Int, note: LogMessage?) -> String {
        var parts: [String] = []
        if let total {
            let percent = total > 0 ? Int(Double(min(done, total)) / Double(total) * 100) : 100
            parts.append("\(done)/\(total) \(unit) \(percent) %")
        } else {
            parts.append("\(done) \(unit)")
        }
        if let rate = rate(after: elapsed) { parts.append("\(Self.rounded(rate))/s") }
        if let remaining = remaining(after: elapsed) { parts.append("ETA \(DurationText.write(remaining))") }
        if let note { parts.append(note.text) }
        return String(parts.joined(separator: "  ").prefix(max(0, width - 1)))
    }

    private static func rounded(_ rate: Double) -> String {
        guard rate < 100 else { return String(Int64(min(rate, 1e15))) }
        let tenths = Int((rate * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
