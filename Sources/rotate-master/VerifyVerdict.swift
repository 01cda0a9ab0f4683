import Batch

/// What a verification came to.
struct VerifyVerdict: Sendable {
    private(set) var books: VerifyBooks
    let stopReason: StopReason?
    private let isFull: Bool
    private let isDryRun: Bool

    init(_ end: VerifyPass.End, isDryRun: Bool) {
        books = end.books
        stopReason = end.stopReason
        isFull = end.isFull
        self.isDryRun = isDryRun
        books.isPartial = !end.isWhole
    }

    private var isBroken: Bool {
        guard stopReason == nil, !isFull else { return false }
        return isDryRun ? books.seen != books.stored : !books.balance
    }

    /// Every key that is not set aside was opened.
    var isProof: Bool { stopReason == nil && !isFull && !isBroken }

    var conclusion: Conclusion {
        Conclusion(outcomes, counts: counts, summary: summary, next: next)
    }

    private var outcomes: [Outcome] {
        var outcomes: [Outcome] = []
        if isBroken { outcomes.append(.broken) }
        if aside > 0 { outcomes.append(.quarantined(aside)) }
        if isFull { outcomes.append(.incomplete) }
        if stopReason != nil { outcomes.append(.stopped) }
        return outcomes.isEmpty ? [.done] : outcomes
    }

    /// In a dry run nothing is set aside: what did not open counts all the same.
    private var aside: Int { isDryRun ? books.leftOut &+ books.failed : books.aside }

    private var summary: LogMessage {
        if isBroken { return "the database counted \(books.stored) keys, and \(books.seen) were seen" }
        if isFull { return "\(books.failed) rows do not open; the pass ended at them" }
        if let stopReason { return "ended early (\(stopReason)) after \(books.seen) of \(books.stored) keys" }
        if books.failed > 0 { return "\(books.failed) of \(books.stored) rows do not open" }
        if books.leftOut > 0 { return "every key opens but \(books.leftOut), which were set aside before" }
        return "every key opens: \(books.opened)"
    }

    private var next: LogMessage? {
        if isBroken { return "report this" }
        if isFull { return "look for the cause, then rotate-master verify" }
        if stopReason != nil { return "rotate-master verify, from the beginning" }
        if aside > 0 { return "the report lists them; mend them, or give them up when the older key is retired" }
        return isDryRun ? nil : "rotate-master plan"
    }

    private var counts: [Conclusion.Count] {
        [
            Conclusion.Count("stored", books.stored), Conclusion.Count("opened", books.opened),
            Conclusion.Count("failed", books.failed), Conclusion.Count("left_out", books.leftOut),
            Conclusion.Count("set_aside", books.setAside), Conclusion.Count("changed", books.changed),
            Conclusion.Count("deleted", books.deleted),
        ]
    }
}
