import Batch
import Rotation

extension Course {
    /// Opens every key that would be moved, and writes nothing: no lease, no run, no rotation.
    func rehearse() async throws(JobFailure) -> Conclusion {
        let progress = run.progress("keys", total: rest)
        let halt = SweepHalt { [stop = run.stop] in stop.isMet }
        let rehearsal = Rehearsal(
            settings.shard.range, keyring, target: preflight.target, reading: database.reader, halt)
        let start = ContinuousClock.now
        let finding: Rehearsal.Finding
        do {
            finding = try await rehearsal.run { progress.advance(by: $0) }
        } catch {
            throw JobFailure(error)
        }
        for row in finding.unreadable.prefix(100) {
            run.log.warning(
                "unreadable", "key \(row.id, as: "key_id") does not open (\(PlaceName(row.reason), as: "reason"))")
        }
        let counts = [
            Conclusion.Count("would_rotate", finding.taken - finding.unreadable.count),
            Conclusion.Count("would_quarantine", finding.unreadable.count),
            Conclusion.Count("rest", rest),
        ]
        var outcomes: [Outcome] = finding.unreadable.isEmpty ? [] : [.quarantined(finding.unreadable.count)]
        if !finding.isComplete { outcomes.append(.stopped) }
        let seconds = Self.prediction(
            rows: rest, measured: start.duration(to: .now), opened: finding.opened, isFast: settings.limits == .fast)
        return Conclusion(
            outcomes.isEmpty ? [.done] : outcomes, counts: counts,
            summary: "\(finding.opened) keys were opened; moving \(rest) would take about \(Duration.seconds(seconds))",
            next: finding.unreadable.isEmpty ? "rotate-master run" : "look at the rows that do not open")
    }

    /// Reading and opening was measured here; writing goes on beside it, and mostly takes longer.
    private static func prediction(rows: Int, measured: Duration, opened: Int, isFast: Bool) -> Int {
        guard opened > 0 else { return 0 }
        let reading = measured / .seconds(1) / Double(opened)
        let writing = 1 / Double(isFast ? PlanForecast.fastRate : PlanForecast.politeRate)
        return max(1, Int((Double(rows) * max(reading, writing)).rounded(.up)))
    }
}
