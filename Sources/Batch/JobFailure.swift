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

    public init(_ outcome: Outcome, _ message: LogMessage, next: LogMessage? = nil) {
        self.outcome = outcome
        self.message = message
        self.next = next
    }

    public var status: ExitStatus { outcome.status }
}

extension JobFailure {
    public init(_ error: SettingError) {
        self.init(.misconfigured, error.message, next: "see --help for what is expected")
    }

    /// The error's own words hold a variable's name, lengths and modes, never bytes.
    public init(_ error: SecretSourceError) {
        let message: LogMessage = "\(PlaceName(error.variable)) \(PlaceName(error.reason.description))"
        self.init(error.isNotPermitted ? .notPermitted : .misconfigured, message, next: "set it right and run again")
    }

    /// A file or folder, in the words of what was tried; the path is shown with its control characters escaped.
    public init(_ error: SystemError) {
        let place = PlaceName(error.path)
        switch error.reason {
        case .notPermitted:
            self.init(.notWritten, "no permission to \(error.operation) \(place)", next: "check the owner and mode")
        case .symbolicLink:
            self.init(.notWritten, "\(place) is a symbolic link, which is not followed", next: "name the real place")
        case .noSpace:
            self.init(.notWritten, "no space left for \(place)", next: "free some space and run again")
        case .readOnly:
            self.init(.notWritten, "\(place) is on a read-only file system", next: "choose another --report-dir")
        default:
            self.init(.notWritten, "could not \(error.operation) \(place)")
        }
    }
}

extension SystemError.Operation: Loggable {
    public var logged: LogValue { .text(rawValue) }
}
