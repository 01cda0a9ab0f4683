extension KeyOutcome {
    /// What JSON output and metrics call it: as `rawValue`, and fixed at compile time.
    var countName: StaticString {
        switch self {
        case .valid: "valid"
        case .restricted: "restricted"
        case .exhausted: "exhausted"
        case .suspected: "suspected"
        case .disabled: "disabled"
        case .held: "held"
        case .transient: "transient"
        case .unknown: "unknown"
        case .changed: "changed"
        case .deleted: "deleted"
        case .quarantined: "quarantined"
        case .returned: "returned"
        }
    }
}
