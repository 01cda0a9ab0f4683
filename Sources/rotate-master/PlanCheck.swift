import Batch
import Reports

/// One thing that is looked at before a sweep. A failed one must be mended first; what nobody could tell holds nothing up.
struct PlanCheck: Sendable {
    let name: StaticString
    let status: CheckStatus
    let detail: LogMessage
    let mend: LogMessage?
    /// The status that it adds to the command's end where it failed.
    var outcome: Outcome = .incomplete

    static func pass(_ name: StaticString, _ detail: LogMessage) -> PlanCheck {
        PlanCheck(name: name, status: .pass, detail: detail, mend: nil)
    }

    static func open(_ name: StaticString, _ detail: LogMessage, mend: LogMessage? = nil) -> PlanCheck {
        PlanCheck(name: name, status: .notDecided, detail: detail, mend: mend)
    }

    static func fail(
        _ name: StaticString, _ detail: LogMessage, mend: LogMessage, outcome: Outcome = .incomplete
    ) -> PlanCheck {
        PlanCheck(name: name, status: .fail, detail: detail, mend: mend, outcome: outcome)
    }
}
