import Batch
import FoundationEssentials
import LogSources
import Reports

/// The end of a scan: keys disabled where that was asked for, what it came to written, recorded and told.
struct ScanClosing: Sendable {
    private let run: Run
    private let settings: ScanSettings
    private let report: RunReport

    init(_ run: Run, _ settings: ScanSettings, _ report: RunReport) {
        self.run = run
        self.settings = settings
        self.report = report
    }

    func conclude(
        _ scanned: ScanSummary, _ permit: RunPermit?, _ database: ScanDatabase?
    ) async throws(JobFailure) -> Conclusion {
        var summary = scanned
        var outcomes: [Outcome] = []
        if settings.disablesLeaked, let permit, let database {
            outcomes = await disable(&summary, permit, database)
        }
        // What is still to be disabled must be found again.
        let isSettled = outcomes.isEmpty && run.stop.reason != .leaseLost
        outcomes += summary.outcomes
        tell(summary)
        var receipt: ReportFolder.Receipt?
        if !run.settings.isDryRun {
            do throws(JobFailure) {
                receipt = try await write(summary, .first(of: outcomes), database)
                // Only what a report has told may be passed over next time.
                if isSettled, let path = settings.stateFile { try summary.state.write(to: path) }
            } catch {
                run.log.error("report_not_written", error.message)
                outcomes.append(error.outcome)
            }
        }
        let concluded = conclusion(summary, outcomes, receipt)
        do throws(JobFailure) {
            try await permit?.record.finish(concluded, digest: receipt?.manifestDigest)
            return concluded
        } catch {
            // The state has moved on: a leak that is not told now is never told.
            run.log.error("run_not_recorded", error.message)
            return conclusion(summary, outcomes.filter { $0 != .done } + [error.outcome], receipt)
        }
    }

    /// Each found key by itself; gives what came in the way.
    private func disable(
        _ summary: inout ScanSummary, _ permit: RunPermit, _ database: ScanDatabase
    ) async -> [Outcome] {
        // Whose keys were found could not be asked.
        var outcomes = summary.failures.filter { $0.source == ScanDatabase.keys }.map(\.failure.outcome)
        for owner in summary.owners where owner.revision != nil {
            do throws(JobFailure) {
                summary.disabled.append((owner.keyID, try await database.disable(owner, permit, run)))
            } catch {
                run.log.error("not_disabled", "key \(owner.keyID, as: "key_id"): \(error.message)")
                outcomes.append(error.outcome)
            }
        }
        return outcomes
    }

    private func write(
        _ summary: ScanSummary, _ outcome: Outcome, _ database: ScanDatabase?
    ) async throws(JobFailure) -> ReportFolder.Receipt {
        let previous = try? await database?.previousManifest()
        return try await report.write(
            ScanReportModel.of(summary, outcome: outcome), further: { () in ScanReportModel.further(summary) },
            runID: run.id, startedAt: summary.startedAt, previousManifest: previous ?? nil)
    }

    private func tell(_ summary: ScanSummary) {
        for source in summary.coverage {
            for problem in source.problems {
                run.log.warning("not_read", "\(PlaceName(source.source)) \(PlaceName(problem.rawValue))")
            }
        }
        for (source, failure) in summary.failures {
            run.log.error("not_read", "\(PlaceName(source)): \(failure.message)")
        }
        if !summary.areAllKeysKnown {
            let stored: LogMessage = summary.storedKeyCount.map { "\($0, as: "stored")" } ?? "an unknown number of"
            run.log.warning(
                "keys_unknown", "\(summary.knownKeyCount, as: "known") of \(stored) stored keys known by fingerprint")
        }
    }

    private func conclusion(
        _ summary: ScanSummary, _ outcomes: [Outcome], _ receipt: ReportFolder.Receipt?
    ) -> Conclusion {
        let message: LogMessage =
            "\(summary.leakCount, as: "leaks") leaks in \(summary.coverage.count, as: "sources") sources, \(summary.unreadCount, as: "unread") not read or not wholly"
        return Conclusion(
            outcomes,
            counts: [
                .init("leaks", summary.leakCount), .init("known_leaks", summary.knownLeakCount),
                .init("sources", summary.coverage.count), .init("unread_sources", summary.unreadCount),
                .init("bytes", summary.bytesSeen), .init("keys_known", summary.knownKeyCount),
                .init("keys_stored", summary.storedKeyCount ?? 0),
                .init("disabled", summary.disabled.count { $0.outcome == "disabled" }),
            ],
            report: receipt?.path, summary: outcomes == [.done] ? nil : message,
            next: summary.leakCount > 0
                ? "read the report, and see A key was leaked in jobs/audit-scan.md"
                : outcomes == [.done] ? nil : "read the report: it names what was not read")
    }
}
