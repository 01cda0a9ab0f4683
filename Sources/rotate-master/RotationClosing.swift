import Batch
import Postgres
import Reports

/// The end of a run: its evidence read and written, its record closed, its decryptions told.
struct RotationClosing: Sendable {
    let run: Run
    let record: RunRecord
    let report: RunReport
    let reader: PostgresConnection

    func conclude(_ conclusion: Conclusion, _ course: RotationEvidence.Course) async -> Conclusion {
        var conclusion = conclusion
        var digest: String?
        do throws(JobFailure) {
            let receipt = try await write(conclusion.outcome, course)
            conclusion = conclusion.reported(in: receipt.path)
            digest = receipt.manifestDigest
            if let failure = receipt.indexFailure { throw JobFailure(failure) }
        } catch {
            run.log.error("report_not_written", error.message)
            conclusion = conclusion.adding(error)
        }
        return await finish(conclusion, digest, course)
    }

    private func write(
        _ outcome: Outcome, _ course: RotationEvidence.Course
    ) async throws(JobFailure) -> ReportFolder.Receipt {
        let evidence = try await RotationEvidence.gather(course, on: reader)
        let previous = try await RunReport.previousManifest(of: "rotate-master", on: reader)
        return try await report.write(
            RotationReport.of(evidence, outcome: outcome), runID: course.runID, startedAt: course.startedAt,
            previousManifest: previous)
    }

    /// The run's end first: it can be sent again where the line of the audit trail cannot.
    private func finish(
        _ conclusion: Conclusion, _ digest: String?, _ course: RotationEvidence.Course
    ) async -> Conclusion {
        var conclusion = conclusion
        do throws(JobFailure) {
            try await record.finish(conclusion, digest: digest)
        } catch {
            run.log.error("run_not_recorded", error.message)
            conclusion = conclusion.adding(error)
        }
        guard course.openings.contains(where: { $0.count > 0 }) else { return conclusion }
        do throws(JobFailure) {
            try await record.tellDecryptions(course.openings)
        } catch {
            run.log.error("decryptions_not_told", error.message)
            conclusion = conclusion.adding(error)
        }
        return conclusion
    }
}

extension Conclusion {
    fileprivate func reported(in folder: String) -> Conclusion {
        Conclusion(outcomes, counts: counts, report: folder, summary: summary, next: next, details: details)
    }

    /// The words are those of the weightiest.
    fileprivate func adding(_ failure: JobFailure) -> Conclusion {
        let all = outcomes + [failure.outcome]
        let isHeavier = !outcomes.contains(.first(of: all))
        return Conclusion(
            all, counts: counts, report: report, summary: isHeavier ? failure.message : summary,
            next: isHeavier ? failure.next ?? next : next, details: details)
    }
}
