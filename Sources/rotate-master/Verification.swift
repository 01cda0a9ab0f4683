import Batch
import Postgres
import System
import Vault

/// One run of `verify`, from its settings to its conclusion.
struct Verification: Sendable {
    private let run: Run
    private let keyring: Keyring
    private let retention: Retention
    private let report: RunReport
    private let database: Batch.Database

    init(_ run: Run, _ flags: RetentionFlags, _ databaseFlags: DatabaseFlags) throws(JobFailure) {
        self.run = run
        keyring = try RotationKeys.required()
        retention = try Retention(flags)
        report = try RunReport(run.settings)
        database = try Batch.Database(databaseFlags, for: "byok/rotate-master")
    }

    func conclude() async throws(JobFailure) -> Conclusion {
        try await database.connect()
        do {
            _ = try await MasterKeyRegister(proving: keyring, on: database.reader)
        } catch { throw JobFailure(error) }
        let picture = try await look()
        if let pause = picture.pause { throw pause.failure }
        if run.settings.isDryRun { return verdict(of: try await travel(picture)).conclusion }
        let rotation = try Self.proved(picture)
        let lease = try await Lease.take(run, on: database.keeper)
        do throws(JobFailure) {
            let conclusion = try await perform(rotation, picture, lease)
            await lease.release()
            return conclusion
        } catch {
            await lease.release()
            throw error
        }
    }

    private func look() async throws(JobFailure) -> RotationPicture {
        do throws(PostgresError) {
            return try await RotationPicture(reading: database.reader)
        } catch { throw JobFailure(error) }
    }

    /// Before the proof a key may still come under an older version, and the pass would prove nothing.
    private static func proved(_ picture: RotationPicture) throws(JobFailure) -> RotationEntry {
        guard let rotation = picture.openRotation else {
            throw JobFailure(
                .incomplete, "no rotation is open, so there is nothing to verify",
                next: "rotate-master plan; or rotate-master verify --dry-run, to open every key all the same")
        }
        guard rotation.validation != nil, rotation.isProved, rotation.target == picture.current?.version else {
            throw JobFailure(
                .incomplete, "the sweep to master key \(rotation.target) is not over",
                next: "rotate-master run, then verify; or rotate-master verify --dry-run")
        }
        return rotation
    }

    private func travel(_ picture: RotationPicture) async throws(JobFailure) -> VerifyPass.End {
        let total = picture.keys.reduce(0) { $0 &+ $1.readable }
        let progress = run.progress("keys", total: total)
        defer { progress.finish() }
        return try await VerifyPass(keyring: keyring, stop: run.stop, progress: progress).travel(database.reader)
    }

    private func perform(
        _ rotation: RotationEntry, _ picture: RotationPicture, _ lease: Lease
    ) async throws(JobFailure) -> Conclusion {
        let record = try await RunRecord.start(run, under: lease, on: database.writer)
        let closing = RotationClosing(run: run, record: record, report: report, reader: database.reader)
        var course = RotationEvidence.Course(
            command: .verify, runID: run.id, startedAt: picture.at, retention: retention)
        let desk = VerifyDesk(rotation: rotation, lease: lease, database: database)
        let verdict: VerifyVerdict
        do throws(JobFailure) {
            var end = try await travel(picture)
            course.openings = [("rotate", end.books.opened &+ end.books.failed)]
            try await desk.setAside(&end)
            verdict = self.verdict(of: end)
            if verdict.isProof { try await desk.record(end.books) }
        } catch {
            course.stopReason = error.outcome.name.description
            return await closing.conclude(
                Conclusion([error.outcome], summary: error.message, next: error.next), course)
        }
        course.books = verdict.books
        course.stopReason = verdict.stopReason?.rawValue
        return await closing.conclude(verdict.conclusion, course)
    }

    private func verdict(of end: VerifyPass.End) -> VerifyVerdict {
        VerifyVerdict(end, isDryRun: run.settings.isDryRun)
    }
}

extension RotationPicture.Pause {
    var failure: JobFailure {
        JobFailure(
            .stopped, "\(ofAllJobs ? "every job" as StaticString : "rotate-master") is paused since \(at)",
            next:
                "as byok_operator: select byok.resume('\(ofAllJobs ? "*" as StaticString : "rotate-master")', '<reason>')"
        )
    }
}
