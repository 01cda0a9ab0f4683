import Batch
import FoundationEssentials
import Postgres
import Reports
import System

/// One run of the job, from its settings to its conclusion.
struct SavingsRun: Sendable {
    private let run: Run
    private let flags: SavingsFlags
    private let databaseFlags: DatabaseFlags

    init(_ run: Run, _ flags: SavingsFlags, _ database: DatabaseFlags) {
        self.run = run
        self.flags = flags
        databaseFlags = database
    }

    func conclude() async throws(JobFailure) -> Conclusion {
        let settings = try SavingsSettings(flags, in: EnvironmentVariables(reading: SavingsSettings.variables))
        let writing = try RunReport(run.settings)
        let database = try Database(databaseFlags, for: "byok/savings-report")
        let now = try await Preflight.pass(database)
        guard let period = settings.period ?? Period(monthBefore: now) else {
            throw JobFailure(.broken, "the database's clock shows no date")
        }
        let queries = Queries(
            period: period, user: settings.user, claims: settings.claims, creditPrice: settings.creditPrice)
        if run.settings.isDryRun {
            let reading = try await read(queries, nil, database)
            return SavingsVerdict(page(queries, reading, now), settings).conclusion(report: nil)
        }
        return try await perform(queries, settings, database, writing, now)
    }

    private func perform(
        _ queries: Queries, _ settings: SavingsSettings, _ database: Database, _ writing: RunReport,
        _ now: Timestamp
    ) async throws(JobFailure) -> Conclusion {
        let lease = try await Lease.take(run, for: settings.leaseTTL, on: database.keeper)
        let draft: ReportDraft
        let record: RunRecord
        do throws(JobFailure) {
            record = try await RunRecord.start(run, under: lease, on: database.writer)
            draft = try writing.begin("savings-report")
        } catch {
            await lease.release()
            throw error
        }
        let (conclusion, digest) = await report(queries, settings, database, writing, draft, now)
        let recorded = await finish(record, conclusion, digest)
        await lease.release()
        return recorded
    }

    private func report(
        _ queries: Queries, _ settings: SavingsSettings, _ database: Database, _ writing: RunReport,
        _ draft: ReportDraft, _ now: Timestamp
    ) async -> (Conclusion, String?) {
        do throws(JobFailure) {
            let reading = try await read(queries, draft, database)
            let manifest = try await RunReport.previousManifest(of: "savings-report", on: database.reader)
            var filled = draft
            filled.files = reading.files
            let page = page(queries, reading, now)
            let verdict = SavingsVerdict(page, settings)
            let told = page.with(verdict.outcome)
            let receipt = try await writing.write(
                told.report, further: { () throws(ReportsError) in [try Self.french(told)] }, draft: filled,
                runID: run.id, startedAt: now, previousManifest: manifest)
            let conclusion = verdict.conclusion(report: receipt.path, indexFailure: receipt.indexFailure)
            return (conclusion, receipt.manifestDigest)
        } catch {
            draft.discard()
            return (Conclusion([error.outcome], summary: error.message, next: error.next), nil)
        }
    }

    private static func french(_ page: SavingsPage) throws(ReportsError) -> ReportFile {
        ReportFile("report.fr.html", try HTMLWriter.write(page.in(.french).report, in: .french))
    }

    private func page(_ queries: Queries, _ reading: Reading, _ now: Timestamp) -> SavingsPage {
        SavingsPage(queries: queries, reading: reading, isOver: queries.period.to <= now)
    }

    /// Ends the statement that runs when somebody asks the run to stop.
    private func read(
        _ queries: Queries, _ draft: ReportDraft?, _ database: Database
    ) async throws(JobFailure) -> Reading {
        let progress = run.progress("users", total: nil)
        let reader = SnapshotReader(queries: queries, draft: draft, progress: progress)
        let reading = Task { () async -> Result<Reading, JobFailure> in
            do throws(JobFailure) {
                return .success(try await reader.read(on: database.reader))
            } catch {
                return .failure(error)
            }
        }
        let stop = run.stop
        let watch = Task {
            while !stop.isMet, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
            if stop.isMet { reading.cancel() }
        }
        let result = await reading.value
        watch.cancel()
        progress.finish()
        switch result {
        case .success(let reading): return reading
        case .failure(let failure): throw stopped ?? failure
        }
    }

    private var stopped: JobFailure? {
        switch run.stop.reason {
        case nil: nil
        case .leaseLost:
            JobFailure(.leaseHeld, "another run has taken the lease over", next: "run again when it has ended")
        case let reason?: JobFailure(.stopped, "stopped (\(reason)); nothing was written", next: "run it again")
        }
    }

    /// A record that fails adds to what the run came to, and replaces nothing of it.
    private func finish(_ record: RunRecord, _ conclusion: Conclusion, _ digest: String?) async -> Conclusion {
        do throws(JobFailure) {
            try await record.finish(conclusion, digest: digest)
            return conclusion
        } catch {
            run.log.error("run_not_recorded", error.message)
            return Conclusion(
                conclusion.outcomes + [error.outcome], counts: conclusion.counts, report: conclusion.report,
                summary: conclusion.summary ?? error.message, next: conclusion.next ?? error.next)
        }
    }
}
