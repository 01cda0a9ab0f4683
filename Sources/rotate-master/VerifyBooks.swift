import Reports

/// What became of every key that a verification saw: each ends in exactly one of these.
struct VerifyBooks: Sendable, Equatable {
    /// As the database counted them, in the snapshot that was read.
    var stored = 0
    /// Set aside before, and not opened again.
    var leftOut = 0
    var opened = 0
    /// Did not open; what became of them follows.
    var failed = 0
    var setAside = 0
    /// Replaced or deleted since the snapshot: nothing was lost.
    var changed = 0
    var deleted = 0
    /// The pass ended before the last row, so that nothing can be said of the whole.
    var isPartial = false

    var seen: Int { leftOut &+ opened &+ failed }
    /// Rows that are set aside now.
    var aside: Int { leftOut &+ setAside }

    /// The pass read to its end, every row ended somewhere, and the database counted as many.
    var balance: Bool { seen == stored && failed == setAside &+ changed &+ deleted }

    var tieOut: TieOut {
        TieOut(
            "Keys in the snapshot", left: Fact("opened, failed or left out", .count(seen)),
            right: Fact("counted by the database", .count(stored)))
    }
}
