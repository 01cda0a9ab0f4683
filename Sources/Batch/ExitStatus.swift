/// The number a run ends with: sysexits where one fits, 1 for "done, and a person should look".
public enum ExitStatus: Int32, Sendable, CaseIterable {
    case done = 0
    case look = 1
    case usage = 64
    case quarantined = 65
    case unavailable = 69
    case broken = 70
    case notWritten = 74
    case stopped = 75
    case notPermitted = 77
    case misconfigured = 78

    /// Which of several statuses a run ends with: the first of these. Usage is found before anything else happens.
    public static let precedence: [ExitStatus] = [
        .usage, .broken, .misconfigured, .notPermitted, .quarantined, .look, .notWritten, .unavailable, .stopped,
        .done,
    ]

    public static func first(of statuses: some Sequence<ExitStatus>) -> ExitStatus {
        let present = Set(statuses)
        return precedence.first(where: present.contains) ?? .done
    }

    /// Whether a scheduler should start the job again by itself: what the manifests' `podFailurePolicy` says.
    public var isWorthRetrying: Bool {
        switch self {
        case .unavailable, .notWritten, .stopped: true
        case .done, .look, .usage, .quarantined, .broken, .notPermitted, .misconfigured: false
        }
    }

    /// One line, as the documentation's table has it.
    public var meaning: StaticString {
        switch self {
        case .done: "done, the books balance"
        case .look: "done, and a person should look"
        case .usage: "a flag, its value or an argument is wrong"
        case .quarantined: "done, but rows were quarantined"
        case .unavailable: "the database or every provider is unavailable"
        case .broken: "an invariant is broken: the books do not balance"
        case .notWritten: "a report or file could not be written"
        case .stopped: "stopped, or another run holds the lease: run again"
        case .notPermitted: "not permitted: TLS, database rights, or a secret's file readable by others"
        case .misconfigured: "a setting is missing or malformed, or a master key is not the one it says"
        }
    }
}
