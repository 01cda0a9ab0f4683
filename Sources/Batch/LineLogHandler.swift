internal import Logging
internal import System

public enum LogFormat: String, CaseIterable, Sendable, Loggable {
    case text
    case json
}

/// Writes one line an event on standard error. Whatever a dependency logs, no control character reaches the terminal.
struct LineLogHandler: LogHandler {
    let job: String
    let runID: String
    let format: LogFormat
    let screen: Screen
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    static let eventKey = "event"

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }
        let name = fields.removeValue(forKey: Self.eventKey)?.description ?? "message"
        let sorted = fields.sorted { $0.key < $1.key }
        switch format {
        case .text: screen.line(text(event, sorted))
        case .json: screen.line(json(event, name, sorted))
        }
    }

    private func text(_ event: LogEvent, _ fields: [(key: String, value: Logger.MetadataValue)]) -> String {
        let line = "\(Timestamp.now) \(event.level) \(job): \(event.message)"
        return Terminal.escape(line)
    }

    private func json(
        _ event: LogEvent, _ name: String, _ fields: [(key: String, value: Logger.MetadataValue)]
    ) -> String {
        JSONText.write(
            .object([
                ("time", .string(Timestamp.now.description)), ("level", .string(event.level.rawValue)),
                ("job", .string(job)), ("run_id", .string(runID)), ("event", .string(name)),
                ("message", .string(event.message.description)),
                ("fields", .object(fields.map { ($0.key, Self.value($0.value)) })),
            ]))
    }

    private static func value(_ value: Logger.MetadataValue) -> JSONText.Value {
        if case .stringConvertible(let logged as LogValue) = value { return logged.json }
        return .string(value.description)
    }
}

extension LogValue: CustomStringConvertible {
    public var description: String { text }
}

extension LogValue {
    var json: JSONText.Value {
        switch self {
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .bool(let value): .bool(value)
        case .text(let value): .string(value)
        }
    }
}
