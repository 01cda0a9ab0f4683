import ArgumentParser
import Batch

/// Whose preconditions `byok doctor` looks at.
enum DoctorJob: String, CaseIterable, ExpressibleByArgument, Loggable, Sendable {
    case byok
    case revalidate
    case rotateMaster = "rotate-master"
    case savingsReport = "savings-report"
    case auditScan = "audit-scan"
    case mail

    /// The login role that `jobs/sql/roles.sql` makes for it.
    var role: StaticString {
        switch self {
        case .byok: "byok_operator"
        case .revalidate: "byok_revalidate"
        case .rotateMaster: "byok_rotate"
        case .savingsReport: "byok_savings"
        case .auditScan: "byok_scan"
        case .mail: "byok_mail"
        }
    }

    var opensKeys: Bool {
        switch self {
        case .byok, .revalidate, .rotateMaster: true
        case .savingsReport, .auditScan, .mail: false
        }
    }

    var asksProviders: Bool { self == .byok || self == .revalidate }
    var usesFingerprints: Bool { asksProviders || self == .auditScan }
    var readsOutbox: Bool { asksProviders || self == .mail }
    var readsKeys: Bool { self != .mail }
    var writesReports: Bool { self != .byok && self != .mail }
}
