import Batch
import FoundationEssentials
import Postgres
import Providers
import System

/// What an operator wants released, and the words typed for it.
struct ApproveOrder: Sendable {
    let runID: UUID
    let provider: Provider?
    let reason: String
    let words: String?
    let validFor: Duration

    enum End: Sendable {
        case released(ApproveStake, due: Int)
        case wouldRelease(ApproveStake)
        case wrongWords(ApproveStake)
        case several([ApproveStake])
        case nothingWaits(ApprovePast?)
    }

    /// The words are compared with the numbers of the very transaction that releases, so that nobody confirms
    /// a number that has changed meanwhile.
    func carryOut(on connection: PostgresConnection, isDryRun: Bool) async throws(PostgresError) -> End {
        try await connection.transaction(isDryRun ? .snapshot : .repeatableRead, retrying: 5) {
            transaction throws(PostgresError) in
            let open = try ApproveStake.all(transaction).filter {
                $0.runID == runID && (provider == nil || $0.provider == provider)
            }
            guard let stake = open.first else { return .nothingWaits(try past(transaction)) }
            guard open.count == 1 else { return .several(open) }
            guard words == stake.phrase.description else { return .wrongWords(stake) }
            if isDryRun { return .wouldRelease(stake) }
            let parameters: [Parameter] = [
                .text(stake.provider.rawValue), .uuid(runID), .text(reason), .interval(validFor),
            ]
            let statement = Statement("approve_guard", sql: PackageResources.approve_guard_sql, parameters)
            return .released(stake, due: try transaction.query(statement).single().int("due"))
        }
    }

    private func past(_ transaction: borrowing Transaction) throws(PostgresError) -> ApprovePast? {
        let parameters: [Parameter] = [.uuid(runID), .text(provider?.rawValue)]
        let rows = try transaction.query(
            Statement("approve_past", sql: PackageResources.approve_past_sql, parameters))
        guard let row = rows.first else { return nil }
        return ApprovePast(
            at: try row.timestamp("approved_at"), by: PlaceName(try row.text("approved_by")),
            until: try row.timestamp("approved_until"))
    }
}

/// That a guard had been released before.
struct ApprovePast: Sendable {
    let at: Timestamp
    let by: PlaceName
    let until: Timestamp
}

extension ApproveOrder.End {
    func reply(to order: ApproveOrder) throws(JobFailure) -> Reply {
        switch self {
        case .released(let stake, let due): return released(stake, due, order)
        case .wouldRelease(let stake):
            return Reply(
                """
                Would release the guard of \(stake.provider.rawValue) for \(DurationText.write(order.validFor)); \
                \(Count(stake.held, "key")) would be asked again at once. Nothing was done.

                """, details: details(stake, due: nil))
        case .wrongWords(let stake):
            throw JobFailure(
                .usage, "nothing was done: --confirm must be exactly \"\(stake.phrase)\"",
                next: "if that is what you want: \(ApproveCommand(runID: order.runID, phrase: stake.phrase))")
        case .several(let stakes):
            let lines = stakes.map { ApproveCommand(runID: order.runID, phrase: $0.phrase) }
            throw JobFailure(
                .usage, "nothing was done: this run tripped \(stakes.count) guards, each is released by itself",
                next: lines.dropFirst().reduce("\(lines[0])") { "\($0); or \($1)" })
        case .nothingWaits(let past?):
            throw JobFailure(
                .findings, "nothing was done: released already by \(past.by) at \(past.at), until \(past.until)",
                next: "revalidate status")
        case .nothingWaits(nil):
            throw JobFailure(
                .findings, "nothing was done: no guard of this run and provider waits for approval",
                next: "revalidate status names the run")
        }
    }

    private func released(_ stake: ApproveStake, _ due: Int, _ order: ApproveOrder) -> Reply {
        Reply(
            """
            Released the guard of \(stake.provider.rawValue) for \(DurationText.write(order.validFor)). \
            \(Count(due, "key")) held back \(due == 1 ? "is" : "are") due at once: the next run asks again.
            Disabled wrongly after all? revalidate undo --run ID --reason "…" takes a run back.

            """, details: details(stake, due: due))
    }

    private func details(_ stake: ApproveStake, due: Int?) -> [(String, JSONText.Value)] {
        [
            ("provider", .string(stake.provider.rawValue)), ("held", .count(stake.held)),
            ("struck", .count(stake.struck)), ("confirm", .string(stake.phrase.description)),
            ("released", .bool(due != nil)), ("keys_due", due.map { .count($0) } ?? .null),
        ]
    }
}
