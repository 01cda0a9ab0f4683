import System

/// From a moment to before another, UTC.
struct Period: Sendable, Equatable {
    let from: Timestamp
    let to: Timestamp

    private static let day: Int64 = 86_400_000_000

    /// Nil where it would be empty, or longer than 60 months of 31 days.
    init?(from: Timestamp, to: Timestamp) {
        guard from < to, to.since(from) <= .seconds(60 * 31 * 86_400) else { return nil }
        self.from = from
        self.to = to
    }

    /// `2026-10`.
    init?(month text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            let year = Self.number(parts[0]), let month = Self.number(parts[1])
        else { return nil }
        self.init(year: year, month: month)
    }

    /// The month before the one that holds `moment`.
    init?(monthBefore moment: Timestamp) {
        let days = moment.microseconds / Self.day - (moment.microseconds % Self.day < 0 ? 1 : 0)
        let today = CivilDate(daysSince1970: Int(days))
        self.init(year: today.month == 1 ? today.year - 1 : today.year, month: today.month == 1 ? 12 : today.month - 1)
    }

    private init?(year: Int, month: Int) {
        let (nextYear, nextMonth) = month == 12 ? (year + 1, 1) : (year, month + 1)
        guard let first = CivilDate(year: year, month: month, day: 1),
            let next = CivilDate(year: nextYear, month: nextMonth, day: 1)
        else { return nil }
        from = Self.midnight(first)
        to = Self.midnight(next)
    }

    /// A day, which stands for its midnight, or a moment with its offset from UTC.
    static func moment(_ text: String) -> Timestamp? { Timestamp(text) ?? Timestamp(text + "T00:00:00Z") }

    private static func midnight(_ date: CivilDate) -> Timestamp {
        Timestamp(microseconds: Int64(date.daysSince1970) &* day)
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
    }
}
