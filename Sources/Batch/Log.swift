internal import FoundationEssentials
internal import Logging
internal import System

/// What a job says while it runs. Takes `LogMessage` only, so that a `String` does not compile.
public struct Log: Sendable {
    private let logger: Logger

    /// Everything from info on with `--verbose` or JSON, else from notice on, with `--quiet` from warning on.
    init(job: StaticString, runID: UUID, settings: CommonSettings, screen: Screen) {
        let level: Logger.Level =
            if settings.isQuiet { .warning } else if settings.isVerbose { .debug } else {
                settings.logFormat == .json ? .info : .notice
            }
        logger = Logger(label: job.description) { label in
            LineLogHandler(
                job: label, runID: runID.uuidString.lowercased(), format: settings.logFormat, screen: screen,
                logLevel: level)
        }
    }

    /// A batch, a step. The event is a stable name for programs, in snake case.
    public func debug(_ event: StaticString, _ message: LogMessage) { write(.debug, event, message) }

    /// The ordinary course: started, ended.
    public func info(_ event: StaticString, _ message: LogMessage) { write(.info, event, message) }

    /// Rare and worth reading, though nothing is wrong.
    public func notice(_ event: StaticString, _ message: LogMessage) { write(.notice, event, message) }

    public func warning(_ event: StaticString, _ message: LogMessage) { write(.warning, event, message) }

    public func error(_ event: StaticString, _ message: LogMessage) { write(.error, event, message) }

    private func write(_ level: Logger.Level, _ event: StaticString, _ message: LogMessage) {
        var metadata: Logger.Metadata = [LineLogHandler.eventKey: .string(event.description)]
        for field in message.fields { metadata[field.name] = .stringConvertible(field.value) }
        logger.log(level: level, "\(message.text)", metadata: metadata)
    }
}
