import Batch
import FoundationEssentials
import Postgres
import Rotation
import System
import Vault

/// What a run has in hand, and the way it goes: sweep, fence, the last rows, proof.
struct Course: Sendable {
    let run: Run
    let settings: RotateSettings
    let keyring: Keyring
    let database: Database
    let preflight: Preflight
    let report: RunReport

    var rest: Int { preflight.census.rest(preflight.target) }

    private var open: RotationState? { preflight.open.flatMap { $0.target == preflight.target ? $0 : nil } }

    /// Of the rotation under way, where it stands still.
    var provedAt: Timestamp? { preflight.isProved ? open?.provedAt : nil }

    /// Where nothing is under way, or everything is done.
    func nothingToDo(onlyContinuing: Bool) -> Conclusion? {
        let (target, census) = (preflight.target, preflight.census)
        let aside = SetAside(count: census.setAside(target), all: census.quarantined(target))
        if let open, let provedAt {
            return Conclusion(
                aside.count > 0 ? [.quarantined(aside.count)] : [.done],
                counts: [Conclusion.Count("rest", rest), Conclusion.Count("left_quarantined", aside.all)],
                summary: "\(aside.sentence(under: Int(target.rawValue))), proved \(provedAt)",
                next: open.isVerified ? "rotate-master retire, after the grace period" : "rotate-master verify")
        }
        if open == nil, preflight.isFenced, census.readable(target) == 0 {
            return Conclusion(
                counts: [Conclusion.Count("rest", 0)],
                summary: "\(aside.sentence(under: Int(target.rawValue))), and its rotation is over")
        }
        if open == nil, !preflight.hasPrevious, rest == 0 {
            return Conclusion(
                counts: [Conclusion.Count("rest", 0)],
                summary: "there is no master key but \(target.rawValue): nothing to rotate",
                next: "rotate-master plan says how a rotation begins")
        }
        guard open == nil, onlyContinuing else { return nil }
        return Conclusion(
            counts: [Conclusion.Count("rest", rest)],
            summary:
                "no rotation to master key \(target.rawValue) is under way; \(rest) keys are under others",
            next: rest > 0 ? "rotate-master run" : nil)
    }

    func perform(_ lease: Lease, _ record: RunRecord) async -> Conclusion {
        let start = ContinuousClock.now
        let halt = SweepHalt { [stop = run.stop] in stop.isMet }
        let hold = SweepContext.Hold(shard: lease.shard, token: lease.token)
        let steps = RotationSteps(on: database.desk, hold, halt)
        let closing = Closing(self, record, start)
        do throws(RotationError) {
            let state = try await steps.begin(preflight.target, holdersConfirmed: settings.holdersConfirmed) {
                run.log.warning("waiting", "the rotation cannot begin yet: waiting for \(WaitReason.fence.words)")
            }
            let before = try await ShardProgress.read(rotation: state.id, shard: hold.shard, on: database.desk)
            let progress = run.progress("keys", total: rest)
            let context = SweepContext(
                hold: hold, runID: run.id, rotationID: state.id, target: state.target,
                tally: Tally { progress.advance(by: $0) }, halt: halt)
            let watch = SweepWatch(
                context, on: database.watch, after: before, total: rest,
                ReplicaWatch(most: settings.maxReplicaLag, asking: database.replica), settings.health
            ) { standing, sight in progress.advance(by: 0, note: Self.note(standing, sight)) }
            let ending = await travel(context, steps, watch, state, from: before.cursor)
            return await closing.conclude(ending, context, await watch.sight)
        } catch {
            return await closing.conclude(error)
        }
    }

    /// How a run came to its end.
    enum Ending: Sendable, Equatable {
        /// All keys but those set aside are under this version.
        case proved(Int)
        /// This part is swept, another is not.
        case partSwept
        case halted

        var isProved: Bool { if case .proved = self { true } else { false } }
    }

    private func travel(
        _ context: SweepContext, _ steps: RotationSteps, _ watch: SweepWatch, _ state: RotationState, from cursor: UUID?
    ) async -> Ending {
        let watching = Task { await watch.run() }
        defer { watching.cancel() }
        do throws(RotationError) {
            let ending = try await sweep(context, steps, watch, state, from: cursor)
            watching.cancel()
            _ = try await watch.note()
            return ending
        } catch {
            if error != .interrupted { context.halt.fail(error) }
            return .halted
        }
    }

    /// Writers with an old key may go on until the fence is up; three looks at what they leave are enough before it.
    private func sweep(
        _ context: SweepContext, _ steps: RotationSteps, _ watch: SweepWatch, _ state: RotationState, from cursor: UUID?
    ) async throws(RotationError) -> Ending {
        guard try await makeSweep(context, settings.shard.range).run(from: cursor, atMost: 3) else {
            return .halted
        }
        try await watch.markSwept()
        guard try await steps.fence(context) else { return .partSwept }
        run.log.info(
            "fenced", "nothing is sealed under another key than \(state.target.rawValue, as: "target") any more")
        let last = try makeSweep(context, .all)
        // Both say no where a row came in before the fence, or between the look and the constraint.
        while try await !isProved(context, steps) {
            let before = context.tally.now.counts.rotated
            guard await last.run() else { return .halted }
            // Rows that are not ours to see, or are locked.
            if context.tally.now.counts.rotated == before { await context.halt.sleep(for: .seconds(1)) }
        }
        return .proved(Int(state.target.rawValue))
    }

    private func isProved(_ context: SweepContext, _ steps: RotationSteps) async throws(RotationError) -> Bool {
        guard try await steps.stateEnd(context) else { return false }
        return try await steps.proveEnd(context)
    }

    private func makeSweep(_ context: SweepContext, _ range: KeyRange) throws(RotationError) -> Sweep {
        try Sweep(
            context, range, keyring, reading: database.reader, booking: database.desk, writing: database.writers,
            Sweep.Options(limits: settings.limits, mostRowsPerSecond: settings.maxRate))
    }

    private static func note(_ standing: Tally.Standing, _ sight: SweepWatch.Sight) -> LogMessage {
        if let reason = standing.waitingFor { return "waiting for \(reason.words)" }
        let counts = standing.counts
        guard counts.rotated > 0 else { return "pass \(standing.pass)" }
        return """
            \(counts.heapOnly * 100 / counts.rotated) % heap-only, \(sight.walBytes / counts.rotated) B WAL a row, \
            \(standing.batchSize) rows a statement
            """
    }
}

extension WaitReason {
    var words: StaticString {
        switch self {
        case .pause: "the end of a pause"
        case .replica: "a replica"
        case .lock: "a lock"
        case .timeout: "a slow database"
        case .rate: "--max-rate"
        case .fence: "transactions that hold byok.api_keys"
        case .archive: "the archive of WAL"
        case .slot: "a replication slot that keeps WAL"
        case .autovacuum: "autovacuum of byok.api_keys"
        }
    }
}
