import Batch
import Postgres
import Providers

/// How near each provider is to its guard against mass refusals.
struct GuardStates: Sendable {
    let states: [Provider: ProviderSummary.Guard]

    var tripped: Set<Provider> { Set(states.filter(\.value.isTripped).keys) }

    static func read(_ database: Database) async throws(JobFailure) -> GuardStates {
        let rows = try await database.read(Queries.guardState)
        return try Database.reading { () throws(PostgresError) in
            var states: [Provider: ProviderSummary.Guard] = [:]
            for row in rows {
                guard let provider = Provider(rawValue: try row.text("provider")) else { continue }
                states[provider] = ProviderSummary.Guard(
                    isTripped: try row.bool("tripped"), trippedAt: try row.optionalTimestamp("tripped_at"),
                    approvedUntil: try row.optionalTimestamp("approved_until"), looked: try row.int("looked"),
                    refused: try row.int("refused"), threshold: try row.int("threshold"), held: try row.int("held"))
            }
            return GuardStates(states: states)
        }
    }
}
