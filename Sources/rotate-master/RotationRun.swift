import Batch
import FoundationEssentials
import Postgres
import Rotation
import System
import Vault

/// One run of the job, from its settings to its conclusion.
struct RotationRun: Sendable {
    let run: Run
    let flags: RotateFlags
    let databaseFlags: DatabaseFlags

    init(_ run: Run, _ flags: RotateFlags, _ database: DatabaseFlags) {
        self.run = run
        self.flags = flags
        databaseFlags = database
    }

    /// `onlyContinuing` begins no rotation.
    func conclude(onlyContinuing: Bool = false) async throws(JobFailure) -> Conclusion {
        let settings = try RotateSettings(flags, in: EnvironmentVariables(reading: RotateSettings.variables))
        let keyring = try RotationKeys.required()
        let report = try RunReport(run.settings)
        let database = try Database(databaseFlags, workers: settings.workers)
        let preflight = try await Preflight.pass(settings, keyring, database, run.log)
        let course = Course(
            run: run, settings: settings, keyring: keyring, database: database, preflight: preflight, report: report)
        if let next = course.nothingToDo(onlyContinuing: onlyContinuing) { return next }
        return run.settings.isDryRun ? try await course.rehearse() : try await perform(course)
    }

    private func perform(_ course: Course) async throws(JobFailure) -> Conclusion {
        let (settings, database) = (course.settings, course.database)
        let lease = try await Lease.take(
            run, shard: settings.shard.name, for: settings.leaseTTL, on: database.keeper)
        do throws(JobFailure) {
            let record = try await RunRecord.start(run, under: lease, on: database.desk)
            let conclusion = await course.perform(lease, record)
            await lease.release()
            return conclusion
        } catch {
            await lease.release()
            throw error
        }
    }
}
