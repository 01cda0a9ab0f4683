import Providers

/// What the process counted, to be compared with what the database recorded.
struct Books: Sendable, Equatable {
    private(set) var counts: [Provider: [KeyOutcome: Int]] = [:]

    mutating func enter(_ outcome: KeyOutcome, for provider: Provider, count: Int = 1) {
        counts[provider, default: [:]][outcome, default: 0] += count
    }

    subscript(provider: Provider) -> [KeyOutcome: Int] { counts[provider] ?? [:] }

    func total(of outcome: KeyOutcome) -> Int { counts.values.reduce(0) { $0 + ($1[outcome] ?? 0) } }

    /// Everything that was taken up, whatever became of it.
    var total: Int { counts.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    /// One line an outcome that either side knows, in the order of ``KeyOutcome``.
    func balance(against recorded: [KeyOutcome: Int]) -> TieOut {
        TieOut(
            lines: KeyOutcome.allCases.filter(\.isRecorded).compactMap { outcome in
                let line = TieOut.Line(
                    outcome: outcome, inProcess: total(of: outcome), inDatabase: recorded[outcome] ?? 0)
                return line.inProcess == 0 && line.inDatabase == 0 ? nil : line
            })
    }
}

/// The two counts side by side.
struct TieOut: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        let outcome: KeyOutcome
        let inProcess: Int
        let inDatabase: Int
    }

    let lines: [Line]

    var isBalanced: Bool { lines.allSatisfy { $0.inProcess == $0.inDatabase } }
}
