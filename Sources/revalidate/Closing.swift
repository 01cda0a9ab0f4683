import Batch
import FoundationEssentials
import Postgres
import Providers
import Reports
import System

/// The end of a run: books compared, what it came to told, recorded and concluded.
struct Closing: Sendable {
    private let course: Course
    /// Nil in a dry run.
    private let record: RunRecord?
    private let ledger: Ledger.Contents

    init(_ course: Course, _ record: RunRecord?) {
        self.course = course
        self.record = record
        ledger = course.ledger.now
    }

    func conclude() async -> Conclusion {
        let aftermath: Aftermath
        do throws(JobFailure) {
            if let failure = course.halt.failure { throw failure }
            aftermath = try await Aftermath.read(course)
        } catch {
            return await concludeEarly(error)
        }
        let summary = await summary(aftermath)
        let verdict = RunVerdict(summary, ledger, course.halt.stopReason, aftermath.guards)
        verdict.tell(course.run.log)
        return await conclude(verdict, summary, aftermath)
    }

    /// A report that cannot be written takes nothing back: what was settled stays settled.
    private func conclude(
        _ verdict: RunVerdict, _ summary: RunSummary, _ aftermath: Aftermath
    ) async -> Conclusion {
        var outcomes = verdict.outcomes
        var receipt: ReportFolder.Receipt?
        if record != nil {
            do throws(JobFailure) {
                receipt = try course.report.write(
                    summary, .first(of: outcomes), previousManifest: aftermath.previousManifest)
                if let failure = receipt?.indexFailure.map(JobFailure.init) {
                    course.run.log.error("index_not_written", failure.message)
                    outcomes.append(.notWritten)
                }
            } catch {
                course.run.log.error("report_not_written", error.message)
                outcomes.append(error.outcome)
            }
        }
        let conclusion = Conclusion(
            outcomes, counts: counts, report: receipt?.path, summary: verdict.message, next: verdict.next)
        do throws(JobFailure) {
            try await finish(conclusion, digest: receipt?.manifestDigest)
            return conclusion
        } catch {
            course.run.log.error("run_not_recorded", error.message)
            let all = outcomes + [error.outcome]
            let isTold = Outcome.first(of: all) == error.outcome
            return Conclusion(
                all, counts: counts, report: receipt?.path, summary: isTold ? error.message : verdict.message,
                next: isTold ? error.next : verdict.next)
        }
    }

    /// What can still be recorded is; what cannot is told by the exit status alone.
    private func concludeEarly(_ failure: JobFailure) async -> Conclusion {
        let quarantined = ledger.books.total(of: .quarantined)
        let outcomes = [failure.outcome] + (quarantined > 0 ? [.quarantined(quarantined)] : [])
        let conclusion = Conclusion(outcomes, counts: counts, summary: failure.message, next: failure.next)
        try? await finish(conclusion, digest: nil)
        return conclusion
    }

    private var counts: [Conclusion.Count] {
        KeyOutcome.allCases.map { Conclusion.Count($0.countName, ledger.books.total(of: $0)) }
    }

    private func finish(_ conclusion: Conclusion, digest: String?) async throws(JobFailure) {
        guard let record else { return }
        try await record.tellDecryptions([
            ("revalidate", ledger.decryptions.revalidate), ("fingerprint", ledger.decryptions.fingerprint),
        ])
        try await record.finish(conclusion, digest: digest)
    }

    private func summary(_ aftermath: Aftermath) async -> RunSummary {
        var providers: [ProviderSummary] = []
        for provider in course.settings.providers { providers.append(await summary(of: provider, aftermath)) }
        return RunSummary(
            runID: course.run.id, startedAt: course.preflight.cutOff, finishedAt: aftermath.now,
            isDryRun: record == nil, stopReason: course.halt.stopReason?.rawValue, providers: providers,
            disabled: aftermath.disabled, disabledCount: ledger.books.total(of: .disabled),
            overdueCount: aftermath.overdueCount, decryptions: ledger.decryptions,
            books: record == nil ? nil : ledger.books.balance(against: aftermath.recorded),
            calendar: aftermath.calendar)
    }

    private func summary(of provider: Provider, _ aftermath: Aftermath) async -> ProviderSummary {
        ProviderSummary(
            provider: provider, due: course.preflight.due[provider] ?? 0, outcomes: ledger.books[provider],
            latency: ledger.latencies[provider]?.latency,
            controlGroup: await course.controls[provider]?.state ?? .notConfigured,
            guardState: aftermath.guards.states[provider], requests: ledger.requests[provider] ?? 0,
            retries: ledger.retries[provider] ?? 0, notDecidedReason: ledger.unfinished[provider]?.rawValue)
    }
}
