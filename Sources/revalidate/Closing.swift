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
    private let pass: RunPass?
    private let ledger: Ledger.Contents

    init(_ course: Course, _ record: RunRecord? = nil, _ pass: RunPass? = nil) {
        self.course = course
        self.record = record
        self.pass = pass
        ledger = course.ledger.now
    }

    func conclude() async -> Conclusion {
        await returnUnanswered()
        let aftermath: Aftermath
        do throws(JobFailure) {
            aftermath = try await Aftermath.read(course)
        } catch {
            return await concludeUnread(course.halt.failure ?? error)
        }
        let failure = course.halt.failure
        if let failure, course.halt.cannotGoOn { return await conclude(failure, aftermath) }
        let summary = await summary(aftermath)
        let isWhole = record != nil && course.settings.limit == nil
        let verdict = RunVerdict(
            summary, ledger, course.halt.stopReason, aftermath.guards, skipped: isWhole ? aftermath.skippedCount : 0)
        verdict.tell(course.run.log)
        let (outcomes, receipt) = await report(
            summary, verdict.outcomes + (failure.map { [$0.outcome] } ?? []), aftermath)
        let told = failure.flatMap { $0.outcome == .first(of: outcomes) ? $0 : nil }
        return await finish(
            Conclusion(
                outcomes, counts: counts, report: receipt?.path, summary: told?.message ?? verdict.message,
                next: told.map(\.next) ?? verdict.next),
            digest: receipt?.manifestDigest)
    }

    /// A run that no provider answered must not leave the next one with nothing due.
    private func returnUnanswered() async {
        guard let pass, ledger.isDeaf, course.halt.stopReason != .leaseLost else { return }
        do throws(JobFailure) {
            _ = try await course.database.write(Queries.returnUnanswered(pass))
        } catch {
            course.halt.fail(error)
        }
    }

    /// A failure takes nothing back: what was settled before it is reported.
    private func conclude(_ failure: JobFailure, _ aftermath: Aftermath) async -> Conclusion {
        let summary = await summary(aftermath, endedBy: failure)
        let (outcomes, receipt) = await report(summary, outcomes(of: failure), aftermath)
        return await finish(
            Conclusion(
                outcomes, counts: counts, report: receipt?.path, summary: failure.message, next: failure.next),
            digest: receipt?.manifestDigest)
    }

    /// What can still be recorded is; what cannot is told by the exit status alone.
    private func concludeUnread(_ failure: JobFailure) async -> Conclusion {
        let message: LogMessage =
            record == nil ? failure.message : "\(failure.message); no report of this run was written"
        return await finish(
            Conclusion(outcomes(of: failure), counts: counts, summary: message, next: failure.next), digest: nil)
    }

    private func outcomes(of failure: JobFailure) -> [Outcome] {
        let quarantined = ledger.books.total(of: .quarantined)
        return [failure.outcome] + (quarantined > 0 ? [.quarantined(quarantined)] : [])
    }

    /// A report that cannot be written takes nothing back: what was settled stays settled.
    private func report(
        _ summary: RunSummary, _ outcomes: [Outcome], _ aftermath: Aftermath
    ) async -> ([Outcome], ReportFolder.Receipt?) {
        guard record != nil else { return (outcomes, nil) }
        do throws(JobFailure) {
            let receipt = try await course.report.write(
                RevalidationReport.of(summary, outcome: .first(of: outcomes)), runID: summary.runID,
                startedAt: summary.startedAt, previousManifest: aftermath.previousManifest)
            guard let failure = receipt.indexFailure.map(JobFailure.init) else { return (outcomes, receipt) }
            course.run.log.error("index_not_written", failure.message)
            return (outcomes + [.notWritten], receipt)
        } catch {
            course.run.log.error("report_not_written", error.message)
            return (outcomes + [error.outcome], nil)
        }
    }

    private var counts: [Conclusion.Count] {
        KeyOutcome.allCases.map { Conclusion.Count($0.countName, ledger.books.total(of: $0)) }
    }

    /// A record that fails adds to what the run came to, and replaces nothing of it. The run's end first: it can be
    /// sent again where the line of the audit trail cannot.
    private func finish(_ conclusion: Conclusion, digest: String?) async -> Conclusion {
        guard let record else { return conclusion }
        var failures: [JobFailure] = []
        do throws(JobFailure) { try await record.finish(conclusion, digest: digest) } catch { failures.append(error) }
        do throws(JobFailure) {
            try await record.tellDecryptions([
                ("revalidate", ledger.decryptions.revalidate), ("fingerprint", ledger.decryptions.fingerprint),
            ])
        } catch {
            failures.append(error)
        }
        for failure in failures { course.run.log.error("run_not_recorded", failure.message) }
        return failures.isEmpty ? conclusion : conclusion.adding(failures)
    }

    private func summary(_ aftermath: Aftermath, endedBy failure: JobFailure? = nil) async -> RunSummary {
        var providers: [ProviderSummary] = []
        for provider in course.settings.providers { providers.append(await summary(of: provider, aftermath)) }
        return RunSummary(
            runID: course.run.id, startedAt: course.preflight.cutOff, finishedAt: aftermath.now,
            isDryRun: record == nil, stopReason: course.halt.stopReason?.rawValue ?? failure?.outcome.name.description,
            providers: providers,
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

extension Conclusion {
    /// The words are those of the weightiest.
    fileprivate func adding(_ failures: [JobFailure]) -> Conclusion {
        let all = outcomes + failures.map(\.outcome)
        let weightiest = Outcome.first(of: all)
        let told = outcomes.contains(weightiest) ? nil : failures.first { $0.outcome == weightiest }
        return Conclusion(
            all, counts: counts, report: report, summary: told?.message ?? summary, next: told?.next ?? next,
            details: details)
    }
}
