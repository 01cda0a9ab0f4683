public import Secrets
public import System

/// Why a run ended before its end: which outcome, what happened, and what to do next.
///
/// Its texts take literals and `Loggable` values only, so that no secret and no row can get into them.
public struct JobFailure: Error, Sendable {
    public let outcome: Outcome
    public let message: LogMessage
    /// The next step for the person who reads it.
    public let next: LogMessage?
    /// The code with which a function of the schema refused, such as `BK006`.
    public internal(set) var raised: String?

    public init(_ outcome: Outcome, _ message: LogMessage, next: LogMessage? = nil) {
        self.outcome = outcome
        self.message = message
        self.next = next
    }

    public var status: ExitStatus { outcome.status }
}

extension JobFailure {
    /// A flag's value is a mistake in the command, a variable's one in the configuration.
    public init(_ error: SettingError) {
        self.init(error.isOfFlag ? .usage : .misconfigured, error.message, next: "see --help for what it means")
    }

    /// The error's own words hold a variable's name, lengths and modes, never bytes.
    public init(_ error: SecretSourceError) {
        self.init(
            error.isNotPermitted ? .notPermitted : .misconfigured,
            "\(PlaceName(error.variable)) \(PlaceName(error.reason.description))",
            next: "\(PlaceName(error.reason.advice))")
    }

    /// A file or folder, in the words of what was tried; the path is shown with its control characters escaped.
    public init(_ error: SystemError) {
        self.init(
            .notWritten,
            "could not \(error.operation) \(PlaceName(error.path)): \(PlaceName(error.reason.description))",
            next: error.isPerhapsNotDurable ? "it is there; a crash of this machine may still lose it" : error.advice)
    }
}

extension SystemError.Operation: Loggable {
    public var logged: LogValue { .text(rawValue) }
}

extension SystemError {
    fileprivate var advice: LogMessage {
        switch reason {
        case .alreadyThere: "name one that is not there yet"
        case .notFound: "make it, or name one that is there"
        case .notPermitted: "check owner and mode, or name another place"
        case .symbolicLink: "name the real place"
        case .notADirectory: "name a folder"
        case .readOnly: "name a place that can be written"
        case .noSpace: "free some space and run again"
        case .tooLarge: "check that it is the right one"
        case .badName: "name a plain file or folder"
        case .other: "look at the system's log, mend it and run again"
        }
    }
}
