import Reports
import System

extension RevalidationReport {
    /// Hours before the first run of the window are not missed: nothing was scheduled yet, as far as anybody knows.
    static func calendar(_ calendar: RunCalendar) -> Section {
        let slots = Array(calendar.slots.drop { $0.runs == 0 })
        let gaps = gaps(in: slots)
        let missed = slots.count { $0.runs == 0 }
        return Section(
            "Run calendar",
            notes: [
                """
                One run is expected in every hour, UTC, from the first run of the last seven days on: \
                \(slots.count) expected, \(slots.count - missed) done, \(missed) missed.
                """
            ],
            tables: [
                days(slots),
                Table(
                    "Hours without a run",
                    columns: [
                        Column("from", "From", .timestamp), Column("until", "Until", .timestamp),
                        Column("hours", "Hours", .count),
                    ], rows: gaps),
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
                let done = slots.count { $0.runs > 0 }
                return [
                    .text(day), .count(slots.count), .count(done), .count(slots.count - done),
                    .count(slots.reduce(0) { $0 &+ $1.runs }),
                    slots.compactMap(\.worstExitStatus).max().map { .count($0) } ?? .unknown,
                ]
            })
    }

    private static func gaps(in slots: [RunCalendar.Slot]) -> [[Cell]] {
        var gaps: [(from: Timestamp, hours: Int)] = []
        var wasMissed = false
        for slot in slots {
            if slot.runs > 0 {
                wasMissed = false
            } else if wasMissed {
                gaps[gaps.count - 1].hours &+= 1
            } else {
                gaps.append((slot.hour, 1))
                wasMissed = true
            }
        }
        return gaps.map { from, hours in
            [.timestamp(from), .timestamp(from + .seconds(hours &* 3600)), .count(hours)]
        }
    }
}
