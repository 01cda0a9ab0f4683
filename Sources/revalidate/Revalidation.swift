import Batch
import FoundationEssentials
import HTTPS
import Postgres
import Providers
import System

/// One run of the job, from its settings to its conclusion.
struct Revalidation: Sendable {
    let run: Run
    let flags: RevalidateFlags
    let databaseFlags: DatabaseFlags

    init(_ run: Run, _ flags: RevalidateFlags, _ database: DatabaseFlags) {
        self.run = run
        self.flags = flags
        databaseFlags = database
    }

    func conclude() async throws(JobFailure) -> Conclusion {
        let settings = try RevalidateSettings(
            flags, in: EnvironmentVariables(reading: RevalidateSettings.variables))
        let secrets = try RunSecrets.read(settings.providers)
        let report = try RunReport(run.settings)
        let database = try Database(databaseFlags, for: "byok/revalidate")
        let preflight = try await Preflight.pass(settings, secrets.keyring, database)
        let course = try Course(run, settings, secrets, database, preflight, report)
        return run.settings.isDryRun ? try await rehearse(course) : try await perform(course)
    }

    /// Asks, and writes nothing: no lease, no run, no verdict, no report.
    private func rehearse(_ course: Course) async throws(JobFailure) -> Conclusion {
        let guards = try await GuardStates.read(course.database)
        let forecast = Forecast(
            settings: course.settings, now: course.preflight.cutOff, guarded: guards.tripped, ledger: course.ledger,
            keysInHand: course.keysInHand)
        await course.travel(forecast)
        await course.closeConnections()
        return await Closing(course).conclude()
    }

    private func perform(_ course: Course) async throws(JobFailure) -> Conclusion {
        let lease = try await Lease.take(run, for: course.settings.leaseTTL, on: course.database.keeper)
        do throws(JobFailure) {
            let record = try await RunRecord.start(run, under: lease, on: course.database.writer)
            try await tellKeyHolder(course)
            let pass = RunPass(runID: run.id, shard: lease.shard, token: lease.token)
            let conclusion = await perform(course, pass, record)
            await lease.release()
            return conclusion
        } catch {
            await lease.release()
            throw error
        }
    }

    /// A rotation waits for readers that do not hold its key; a role that may not tell is no reason to stop.
    private func tellKeyHolder(_ course: Course) async throws(JobFailure) {
        do throws(JobFailure) {
            _ = try await course.database.write(Queries.tellKeyHolder(course.heldVersions))
        } catch  where error.outcome == .notPermitted {
            run.log.warning("key_holder_not_told", error.message)
        }
    }

    private func perform(_ course: Course, _ pass: RunPass, _ record: RunRecord) async -> Conclusion {
        let settler = Settler(
            course.database, course.settings, pass, scanKeyID: course.opener.scanKeyID, course.ledger,
            course.keysInHand, course.halt)
        let settling = Task { await settler.run() }
        await course.travel(settler)
        async let closed: Void = course.closeConnections()
        await settler.close()
        await settling.value
        await closed
        return await Closing(course, record, pass).conclude()
    }
}
