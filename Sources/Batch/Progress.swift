internal import Synchronization

/// Shows how far a run is: one redrawn line on a terminal; with `--verbose` and no terminal a log line a minute.
public final class Progress: Sendable {
    private struct State {
        var line: ProgressLine
        var note: LogMessage?
    }

    private let state: Mutex<State>
    private let screen: Screen
    private let log: Log
    private let isShown: Bool
    private let logs: Bool
    private let start = ContinuousClock.now

    init(unit: StaticString, total: Int?, settings: CommonSettings, screen: Screen, log: Log) {
        state = Mutex(State(line: ProgressLine(unit: unit, total: total)))
        self.screen = screen
        self.log = log
        isShown = screen.showsProgress && !settings.isQuiet && settings.logFormat == .text
        logs = settings.isVerbose && !isShown
    }

    /// `note` says what is going on, such as the reason for waiting; it stays until another one comes.
    public func advance(by count: Int = 1, note: LogMessage? = nil) {
        let elapsed = start.duration(to: .now)
        let (shown, logged) = state.withLock { state -> (String?, LogMessage?) in
            state.line.done += max(0, count)
            if let note { state.note = note }
            let line = state.line
            let shown =
                isShown && state.line.shouldDraw(at: elapsed)
                ? line.text(after: elapsed, width: screen.width, note: state.note) : nil
            return (shown, logs && state.line.shouldLog(at: elapsed) ? Self.message(line, elapsed) : nil)
        }
        if let shown { screen.draw(shown) }
        if let logged { log.info("progress", logged) }
    }

    /// Takes the line away.
    public func finish() {
        screen.draw("")
    }

    private static func message(_ line: ProgressLine, _ elapsed: Duration) -> LogMessage {
        let rate = (line.rate(after: elapsed) ?? 0).rounded()
        guard let remaining = line.remaining(after: elapsed) else {
            return "\(line.done, as: "done") \(line.unit), \(rate, as: "rate")/s"
        }
        return "\(line.done, as: "done") \(line.unit), \(rate, as: "rate")/s, \(remaining, as: "eta") to go"
    }
}
