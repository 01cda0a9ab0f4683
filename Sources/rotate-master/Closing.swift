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

    /// Nothing was swept.
    func conclude(_ error: RotationError) async -> Conclusion {
        let failure = JobFailure(error)
        return await finish(Conclusion([failure.outcome], summary: failure.message, next: failure.next), SweepCounts())
    }

    func conclude(
        _ ending: Course.Ending, _ context: SweepContext, _ sight: SweepWatch.Sight
    ) async -> Conclusion {
        let standing = context.tally.now
        let verdict = RunVerdict(ending, standing.counts, context.halt.failure, course.run.stop.reason)
        let census = try? await course.database.read(Queries.sealedVersions(course.settings.shard.range)) {
            rows throws(PostgresError) in try Census(rows)
        }
        let summary = RotationSummary(
            runID: course.run.id, startedAt: course.preflight.now, shard: course.settings.shard,
            isFast: course.settings.limits == .fast, workers: course.settings.workers,
            target: course.preflight.target, censusBefore: course.preflight.census, censusAfter: census,
            counts: standing.counts, passes: standing.pass, sight: sight, sealsBooked: standing.sealsBooked,
            rotation: ending.state, duration: start.duration(to: .now), endedEarly: verdict.endedEarly)
        tell(summary)
        return await finish(
            Conclusion(
                verdict.outcomes, counts: Self.counts(standing.counts, summary), summary: verdict.message,
                next: verdict.next),
            standing.counts)
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

    private static func counts(_ counts: SweepCounts, _ summary: RotationSummary) -> [Conclusion.Count] {
        [
            Conclusion.Count("taken", counts.taken), Conclusion.Count("rotated", counts.rotated),
            Conclusion.Count("changed", counts.changed), Conclusion.Count("deleted", counts.deleted),
            Conclusion.Count("quarantined", counts.quarantined), Conclusion.Count("returned", counts.returned),
            Conclusion.Count("rest", summary.censusAfter?.rest(summary.target) ?? 0),
            Conclusion.Count("left_quarantined", summary.censusAfter?.quarantined(summary.target) ?? 0),
        ]
    }

    /// A record that fails adds to what the run came to, and replaces nothing of it.
    private func finish(_ conclusion: Conclusion, _ counts: SweepCounts) async -> Conclusion {
        var failures: [JobFailure] = []
        do throws(JobFailure) { try await record.finish(conclusion, digest: nil) } catch { failures.append(error) }
        do throws(JobFailure) {
            try await record.tellDecryptions([("rotate", counts.opened), ("rotate_compare", counts.compared)])
        } catch {
            failures.append(error)
        }
        for failure in failures { course.run.log.error("run_not_recorded", failure.message) }
        guard let failure = failures.first else { return conclusion }
        let outcomes = conclusion.outcomes + failures.map(\.outcome)
        let isTold = Outcome.first(of: outcomes) == conclusion.outcome
        return Conclusion(
            outcomes, counts: conclusion.counts, summary: isTold ? conclusion.summary : failure.message,
            next: isTold ? conclusion.next : failure.next)
    }
}

extension Course.Ending {
    var state: RotationState {
        switch self {
        case .proved(let state), .partSwept(let state), .halted(let state): state
        }
    }
}
