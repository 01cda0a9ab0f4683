import Batch
import FoundationEssentials
import Postgres
import Rotation
import Vault

/// The end of a run: books compared, what it came to told, recorded and concluded.
struct Closing: Sendable {
    private let course: Course
    private let record: RunRecord
    private let start: ContinuousClock.Instant

    init(_ course: Course, _ record: RunRecord, _ start: ContinuousClock.Instant) {
        self.course = course
        self.record = record
        self.start = start
    }

    /// Nothing was left to be swept.
    func conclude(_ conclusion: Conclusion) async -> Conclusion {
        await finish(conclusion, SweepCounts(), endedEarly: nil)
    }

    /// Nothing was swept.
    func conclude(_ error: RotationError) async -> Conclusion {
        let failure = JobFailure(error)
        return await finish(
            Conclusion([failure.outcome], summary: failure.message, next: failure.next), SweepCounts(),
            endedEarly: failure.outcome.name.description)
    }

    func conclude(
        _ ending: Course.Ending, _ context: SweepContext, _ sight: SweepWatch.Sight
    ) async -> Conclusion {
        let standing = context.tally.now
        let left = try? await LeftBehind.read(
            course.preflight.target, course.settings.shard.range, isProved: ending.isProved, on: course.database)
        let verdict = RunVerdict(
            ending, standing.counts, Self.aside(ending, left, standing.counts), context.halt.failure,
            course.run.stop.reason)
        let summary = RotationSummary(
            leftBehind: left, counts: standing.counts, sight: sight, duration: start.duration(to: .now))
        tell(summary)
        return await finish(
            Conclusion(
                verdict.outcomes, counts: Self.counts(standing.counts, summary), summary: verdict.message,
                next: verdict.next),
            standing.counts, endedEarly: verdict.endedEarly)
    }

    /// Of the whole table once all of it is swept, else of this part; of this run alone where it could not be counted.
    private static func aside(_ ending: Course.Ending, _ left: LeftBehind?, _ counts: SweepCounts) -> SetAside {
        guard let left else { return SetAside(count: counts.quarantined, all: counts.quarantined) }
        return ending.isProved
            ? SetAside(count: left.setAside, all: left.quarantined)
            : SetAside(count: left.setAsideHere, all: left.setAsideHere)
    }

    private func tell(_ summary: RotationSummary) {
        let log = course.run.log
        let share = Int(summary.heapOnlyShare ?? 100)
        log.info(
            "swept",
            """
            \(summary.counts.rotated, as: "rotated") keys moved at \(Int(summary.rowsPerSecond), as: "rate")/s, \
            \(share, as: "heap_only_percent") % heap-only, \
            \(Int(summary.walBytesPerRow ?? 0), as: "wal_bytes_a_row") bytes of log a row
            """)
        if share < 80, summary.counts.rotated >= 1000 {
            log.warning(
                "not_heap_only",
                "only \(share) % of the updates were heap-only: an index, a full page or a long transaction is in the way"
            )
        }
        if summary.sight.hasUndecidedReplica {
            log.warning(
                "replica_undecided", "a replica does not say where it is: grant pg_read_all_stats to the schema's owner"
            )
        }
    }

    /// What is left is told only where it could be counted.
    private static func counts(_ counts: SweepCounts, _ summary: RotationSummary) -> [Conclusion.Count] {
        let swept = [
            Conclusion.Count("taken", counts.taken), Conclusion.Count("rotated", counts.rotated),
            Conclusion.Count("changed", counts.changed), Conclusion.Count("deleted", counts.deleted),
            Conclusion.Count("quarantined", counts.quarantined), Conclusion.Count("returned", counts.returned),
        ]
        guard let left = summary.leftBehind else { return swept }
        return swept + [
            Conclusion.Count("rest", left.rest), Conclusion.Count("left_quarantined", left.quarantined),
        ]
    }

    private func finish(_ conclusion: Conclusion, _ counts: SweepCounts, endedEarly: String?) async -> Conclusion {
        let closing = RotationClosing(
            run: course.run, record: record, report: course.report, reader: course.database.desk)
        return await closing.conclude(
            conclusion,
            RotationEvidence.Course(
                command: .run, runID: course.run.id, startedAt: course.preflight.now,
                retention: course.settings.retention,
                openings: [("rotate", counts.opened), ("rotate_compare", counts.compared)], stopReason: endedEarly))
    }
}
