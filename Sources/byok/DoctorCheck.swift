import Batch
import System

/// One precondition and what became of it. Its texts take literals and `Loggable` values only.
struct DoctorCheck: Sendable {
    enum State: String, CaseIterable, Sendable, Loggable {
        case pass
        case fail
        /// It could not be looked at. Never counts as a pass.
        case notDecided = "not_decided"

        var words: StaticString {
            switch self {
            case .pass: "pass       "
            case .fail: "FAIL       "
            case .notDecided: "not decided"
            }
        }
    }

    let name: StaticString
    let state: State
    let outcome: Outcome
    let what: LogMessage
    var why: LogMessage?
    var mend: LogMessage?

    static func pass(_ name: StaticString, _ what: LogMessage) -> DoctorCheck {
        DoctorCheck(name: name, state: .pass, outcome: .done, what: what)
    }

    static func fail(
        _ name: StaticString, _ outcome: Outcome, _ what: LogMessage, why: LogMessage, mend: LogMessage
    ) -> DoctorCheck {
        DoctorCheck(name: name, state: .fail, outcome: outcome, what: what, why: why, mend: mend)
    }

    static func fail(_ name: StaticString, _ failure: JobFailure, why: LogMessage) -> DoctorCheck {
        .fail(name, failure.outcome, failure.message, why: why, mend: failure.next ?? "see byok doctor --help")
    }

    /// `outcome` is that of the cause, where another line has it: a consequence must not hide it.
    static func notDecided(
        _ name: StaticString, because outcome: Outcome = .incomplete, why: LogMessage, mend: LogMessage
    ) -> DoctorCheck {
        DoctorCheck(
            name: name, state: .notDecided, outcome: outcome, what: "could not be looked at", why: why, mend: mend)
    }

    var line: String {
        let padding = String(repeating: " ", count: max(1, 16 - name.utf8CodeUnitCount))
        var text = "\(state.words)  \(name)\(padding)\(what.text)"
        if let why { text += "; why: \(why.text)" }
        if let mend { text += "; mend: \(mend.text)" }
        return text
    }

    var json: JSONText.Value {
        .object([
            ("name", .string(name.description)), ("state", .string(state.rawValue)),
            ("exit", .integer(Int64(outcome.status.rawValue))), ("what", .string(what.text)),
            ("why", why.map { .string($0.text) } ?? .null), ("mend", mend.map { .string($0.text) } ?? .null),
        ])
    }
}
