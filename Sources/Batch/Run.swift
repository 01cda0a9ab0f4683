public import FoundationEssentials
public import System

/// One run of a job: its id, its settings, and the ways it may speak.
public struct Run: Sendable {
    public let id: UUID
    public let job: StaticString
    public let settings: CommonSettings
    public let log: Log
    public let stop: StopCondition
    public let startedAt: Timestamp
    let screen: Screen

    init(job: StaticString, settings: CommonSettings, screen: Screen = Screen()) {
        id = UUID()
        self.job = job
        self.settings = settings
        self.screen = screen
        log = Log(job: job, runID: id, settings: settings, screen: screen)
        stop = StopCondition(maxDuration: settings.maxDuration)
        startedAt = .now
    }

    /// `total` nil where nobody knows how much there is.
    public func progress(_ unit: StaticString, total: Int?) -> Progress {
        Progress(unit: unit, total: total, settings: settings, screen: screen, log: log)
    }
}
