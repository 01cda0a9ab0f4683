/// One thing that a run came to. Several may hold at once; the weightiest decides the exit status.
public enum Outcome: Sendable, Equatable {
    case done
    /// Something a person should look at, such as a leak.
    case findings
    /// Not everything was looked at, or something could not be decided.
    case incomplete
    case guardTripped
    /// A published claim does not hold.
    case claim
    case quarantined(Int)
    /// What was handed in was not taken, or not all of it: a key that does not work, lines that are malformed.
    case rejected
    case unavailable
    /// The books do not balance.
    case broken
    case stopped
    case leaseHeld
    case notWritten
    case notPermitted
    case misconfigured
    case usage

    public var status: ExitStatus {
        switch self {
        case .done: .done
        case .findings, .incomplete, .guardTripped, .claim: .look
        case .quarantined, .rejected: .quarantined
        case .unavailable: .unavailable
        case .broken: .broken
        case .stopped, .leaseHeld: .stopped
        case .notWritten: .notWritten
        case .notPermitted: .notPermitted
        case .misconfigured: .misconfigured
        case .usage: .usage
        }
    }

    /// What `outcome` says in JSON, logs and metrics.
    public var name: StaticString {
        switch self {
        case .done: "done"
        case .findings: "findings"
        case .incomplete: "incomplete"
        case .guardTripped: "guard"
        case .claim: "claim"
        case .quarantined: "quarantined"
        case .rejected: "rejected"
        case .unavailable: "unavailable"
        case .broken: "broken"
        case .stopped: "stopped"
        case .leaseHeld: "lease_held"
        case .notWritten: "not_written"
        case .notPermitted: "not_permitted"
        case .misconfigured: "misconfigured"
        case .usage: "usage"
        }
    }

    /// The weightiest by exit status; among equals the guard before findings before incomplete before a claim.
    public static func first(of outcomes: [Outcome]) -> Outcome {
        let status = ExitStatus.first(of: outcomes.map(\.status))
        let candidates = outcomes.filter { $0.status == status }
        let ranked: [Outcome] = [.guardTripped, .findings, .incomplete, .claim, .leaseHeld, .stopped]
        return ranked.first(where: candidates.contains) ?? candidates.first ?? .done
    }
}
