import FoundationEssentials
import Providers

/// What a run leaves in the database as JSON: counts only.
enum RunDetail {
    private struct Decryptions: Encodable {
        let job = "revalidate"
        let run_id: String
        let revalidate: Int
        let fingerprint: Int
    }

    static func decryptions(_ runID: UUID, _ decryptions: RunSummary.Decryptions) -> String {
        text(
            Decryptions(
                run_id: runID.uuidString.lowercased(), revalidate: decryptions.revalidate,
                fingerprint: decryptions.fingerprint))
    }

    /// Totals by outcome, and the same by provider.
    static func counts(_ books: Books) -> String {
        struct Counts: Encodable {
            let total: [String: Int]
            let providers: [String: [String: Int]]
        }
        let totals = KeyOutcome.allCases.map { ($0.rawValue, books.total(of: $0)) }
        let providers = books.counts.map { provider, outcomes in
            (provider.rawValue, Dictionary(uniqueKeysWithValues: outcomes.map { ($0.rawValue, $1) }))
        }
        return text(
            Counts(
                total: Dictionary(uniqueKeysWithValues: totals),
                providers: Dictionary(uniqueKeysWithValues: providers)))
    }

    private static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Dictionaries of names and counts always encode.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

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
