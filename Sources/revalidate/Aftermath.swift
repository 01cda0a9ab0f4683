import Batch
import FoundationEssentials
import Postgres
import Providers
import System

/// What is read from the database when the last verdict has settled.
struct Aftermath: Sendable {
    let now: Timestamp
    let overdueCount: Int
    /// Due at the cut-off, and due still.
    let skippedCount: Int
    let recorded: [KeyOutcome: Int]
    let disabled: [RunSummary.DisabledKey]
    let calendar: RunCalendar
    let guards: GuardStates
    /// Of the latest run that left a report; nil for the first.
    let previousManifest: String?

    static func read(_ course: Course) async throws(JobFailure) -> Aftermath {
        let (database, settings) = (course.database, course.settings)
        let overdue = try await database.read(
            Queries.overdueCount(
                settings.providers, recheckAfter: settings.recheckAfter, cutOff: course.preflight.cutOff,
                runID: course.run.id))
        let skipped = try await database.read(
            Queries.dueCounts(settings.providers, cutOff: course.preflight.cutOff))
        let books = try await database.read(Queries.runBooks(course.run.id))
        let disabled = try await database.read(Queries.disabledKeys(by: course.run.id))
        let calendar = try await database.read(Queries.calendar(at: course.run.id))
        let guards = try await GuardStates.read(database)
        let previous = try await RunReport.previousManifest(of: "revalidate", on: database.reader)
        return try Database.reading { () throws(PostgresError) in
            let counted = try overdue.single()
            return Aftermath(
                now: try counted.timestamp("now"), overdueCount: try counted.int("keys"),
                skippedCount: try skipped.map { row throws(PostgresError) in try row.int("keys") }.reduce(0, +),
                recorded: try outcomes(books),
                disabled: try disabled.map { row throws(PostgresError) in try RunSummary.DisabledKey(row) }
                    .compactMap { $0 },
                calendar: RunCalendar(
                    slots: try calendar.map { row throws(PostgresError) in
                        RunCalendar.Slot(
                            hour: try row.timestamp("hour"), runs: try row.int("runs"),
                            isServed: try row.bool("served"),
                            worstExitStatus: try row.optionalInt("worst"))
                    }),
                guards: guards, previousManifest: previous)
        }
    }

    /// An outcome that nobody here has heard of must not vanish: it unbalances the books.
    private static func outcomes(_ rows: Rows) throws(PostgresError) -> [KeyOutcome: Int] {
        var recorded: [KeyOutcome: Int] = [:]
        for row in rows {
            guard let outcome = KeyOutcome(rawValue: try row.text("outcome")) else {
                throw PostgresError(.unexpectedResult, operation: "run books", name: "outcome")
            }
            recorded[outcome] = try row.int("count")
        }
        return recorded
    }
}

extension RunSummary.DisabledKey {
    /// Nil for a provider that this version does not know.
    fileprivate init?(_ row: Row) throws(PostgresError) {
        guard let provider = Provider(rawValue: try row.text("provider")) else { return nil }
        self.init(
            keyID: try row.uuid("key_id"), userID: try row.uuid("user_id"), provider: provider,
            label: try row.text("label"), reason: try row.text("reason"),
            httpStatus: try row.optionalInt("http_status"),
            firstRefusedAt: try row.optionalTimestamp("first_refused_at"),
            disabledAt: try row.timestamp("disabled_at"))
    }
}
