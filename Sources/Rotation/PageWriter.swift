internal import FoundationEssentials
internal import Postgres
internal import Synchronization

/// Writes what was sealed anew, a statement and a transaction at a time, on a connection of its own. Runs where that does:
/// it need not wait for a thread that opens and seals.
actor PageWriter: ConnectionActor {
    nonisolated let connection: PostgresConnection
    private let context: SweepContext
    private let rate: SharedRate?
    private var pace: BatchPace
    private var patience: Duration = .milliseconds(50)

    init(_ connection: PostgresConnection, _ context: SweepContext, _ limits: BatchPace.Limits, _ rate: SharedRate?) {
        self.connection = connection
        self.context = context
        self.rate = rate
        pace = BatchPace(limits)
    }

    /// Every row of the page is settled when this returns. One that was given up does not count as finished: the next run
    /// begins there.
    func write(_ page: RewrappedPage) async {
        var start = 0
        do throws(RotationError) {
            while start < page.keys.count, await context.gate.pass(context.halt, context.tally) {
                start = try await write(page, from: start)
            }
            guard start == page.keys.count else { return giveBack(page.count - start) }
            try await setAside(page.unreadable)
            context.tally.finish(page.number)
        } catch {
            context.halt.fail(error)
            // What could not be set aside was given back there.
            if start < page.keys.count { giveBack(page.count - start) }
        }
    }

    /// One statement. Gives where the next begins.
    private func write(_ page: RewrappedPage, from start: Int) async throws(RotationError) -> Int {
        let (range, statement) = next(of: page, from: start)
        do throws(PostgresError) {
            let row = try await connection.query(statement).single()
            let answer = try RewrapAnswer(row)
            pace.took(answer.duration, rows: range.count)
            patience = .milliseconds(50)
            enter(answer, rows: range.count)
        } catch {
            guard error.kind == .retryTransaction || error.kind == .timeout else { throw RotationError(error) }
            return await collide(error, range)
        }
        if let wait = rate?.wait(after: range.count), wait > .milliseconds(1) { await hold(.rate, wait) }
        return range.upperBound
    }

    /// One that was made ahead, unless fewer rows are to be written at a time by now.
    private func next(of page: RewrappedPage, from start: Int) -> (Range<Int>, Statement) {
        if let ready = page.ready[start], ready.range.count <= pace.size { return (ready.range, ready.statement) }
        let range = start..<min(start + pace.size, page.keys.count)
        return (range, .rewrap(page.keys, range, context))
    }

    private func enter(_ answer: RewrapAnswer, rows: Int) {
        let size = pace.size
        context.tally.change { standing in
            standing.counts.changed += answer.changed
            standing.counts.deleted += answer.deleted
            standing.counts.rotated += rows - answer.changed - answer.deleted
            standing.counts.heapOnly += answer.heapOnly
            standing.batchSize = size
            standing.statementTime = answer.duration
        }
    }

    /// Somebody holds a row for longer than we wait: fewer at a time, later; a row that is alone in the way is left for
    /// the next pass.
    private func collide(_ error: PostgresError, _ range: Range<Int>) async -> Int {
        pace.collided()
        let isAlone = range.count == 1
        if isAlone { context.tally.change { $0.counts.changed += 1 } }
        await hold(error.kind == .timeout ? .timeout : .lock, patience)
        patience = min(patience * 2, .seconds(5))
        return isAlone ? range.upperBound : range.lowerBound
    }

    private func hold(_ reason: WaitReason, _ duration: Duration) async {
        context.tally.change { $0.waitingFor = reason }
        await context.halt.sleep(for: duration)
        context.tally.change { $0.waitingFor = nil }
    }

    private func setAside(_ rows: [UnreadableRow]) async throws(RotationError) {
        for (index, row) in rows.enumerated() {
            let outcome: RowQuarantine.Outcome
            do throws(PostgresError) {
                outcome = try await quarantine(row)
            } catch {
                giveBack(rows.count - index)
                throw RotationError(error)
            }
            context.tally.change { standing in
                switch outcome {
                case .quarantined: standing.counts.quarantined += 1
                case .changed: standing.counts.changed += 1
                case .deleted: standing.counts.deleted += 1
                }
            }
        }
    }

    private func quarantine(_ row: UnreadableRow) async throws(PostgresError) -> RowQuarantine.Outcome {
        do throws(PostgresError) {
            return try await RowQuarantine(context.hold, rotationID: context.rotationID).take(
                row, opened: context.tally.now.counts.opened, on: connection)
        } catch {
            // Locked by somebody: met again in the next pass.
            guard error.kind == .retryTransaction || error.kind == .timeout else { throw error }
            return .changed
        }
    }

    private func giveBack(_ rows: Int) {
        guard rows > 0 else { return }
        context.tally.change { $0.counts.returned += rows }
    }
}

/// What the statement says of the rows that it was given.
private struct RewrapAnswer {
    let heapOnly: Int
    let duration: Duration
    let changed: Int
    let deleted: Int

    init(_ row: Row) throws(PostgresError) {
        heapOnly = try row.int("heap_only")
        duration = .microseconds(try row.int("microseconds"))
        changed = try row.uuids("changed").count
        deleted = try row.uuids("deleted").count
    }
}

/// One limit for all writers.
final class SharedRate: Sendable {
    private let limit: Mutex<RateLimit>

    init(_ rowsPerSecond: Double) { limit = Mutex(RateLimit(rowsPerSecond)) }

    func wait(after rows: Int) -> Duration { limit.withLock { $0.wait(after: rows, at: .now) } }
}
