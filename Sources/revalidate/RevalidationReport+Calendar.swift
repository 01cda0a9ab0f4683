import Reports
import System

extension RevalidationReport {
    /// A gap alone is told here and by no exit status; a key that it left without a look for seven days is a finding.
    static func missedHours(_ calendar: RunCalendar) -> Check {
        let name = "A run in every hour of the last seven days"
        guard calendar.expected > 1 else {
            return Check(name, .notDecided, detail: "no run before this hour is recorded")
        }
        if calendar.missed == 0 { return Check(name, .pass, detail: "\(calendar.expected) hours") }
        let longest = calendar.gaps.map(\.hours).max() ?? 0
        return Check(
            name, .fail,
            detail: "\(calendar.missed) of \(calendar.expected) hours without one, \(longest) in a row at most; "
                + "see Run calendar")
    }

    static func calendar(_ calendar: RunCalendar) -> Section {
        Section(
            "Run calendar",
            notes: [
                """
                One run is expected in every hour, UTC, of the last seven days, from the first recorded run on: \
                \(calendar.expected) expected, \(calendar.done) done, \(calendar.missed) missed. \
                An hour through which a longer run worked is done.
                """
            ],
            tables: [
                days(calendar.slots),
                Table(
                    "Hours without a run",
                    columns: [
                        Column("from", "From", .timestamp), Column("until", "Until", .timestamp),
                        Column("hours", "Hours", .count),
                    ],
                    rows: calendar.gaps.map { from, hours in
                        [.timestamp(from), .timestamp(from + .seconds(hours &* 3600)), .count(hours)]
                    }),
            ])
    }

    private static func days(_ slots: [RunCalendar.Slot]) -> Table {
        var rows: [(day: String, slots: [RunCalendar.Slot])] = []
        for slot in slots {
            let day = String(slot.hour.description.prefix { $0 != "T" })
            if rows.last?.day == day { rows[rows.count - 1].slots.append(slot) } else { rows.append((day, [slot])) }
        }
        return Table(
            "Hours by day",
            columns: [
                Column("day", "Day"), Column("expected", "Expected", .count), Column("done", "Done", .count),
                Column("missed", "Missed", .count), Column("runs", "Runs", .count),
                Column("worst_exit", "Largest exit status", .count),
            ],
            rows: rows.map { day, slots in
                let done = slots.count { $0.isServed }
                return [
                    .text(day), .count(slots.count), .count(done), .count(slots.count - done),
                    .count(slots.reduce(0) { $0 &+ $1.runs }),
                    slots.compactMap(\.worstExitStatus).max().map { .count($0) } ?? .unknown,
                ]
            })
    }
}
