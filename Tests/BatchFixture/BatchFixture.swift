import ArgumentParser
import Batch
import System

/// A job with nothing to do, so that tests can run the door of a real executable.
@main struct BatchFixture: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch-fixture", version: SuiteVersion.text.description)
    static let pace = Setting<Duration>.duration("FIXTURE_PACE", flag: "--pace", default: .zero, help: "Wait.")

    @OptionGroup var common: CommonFlags
    @Option(help: Self.pace.argumentHelp) var pace: String?
    @Option var batches = 0
    @Option var outcome = "done"
    @Option var hostile: String?

    static func main() async { await JobRunner.open(self) }

    func run() async {
        await JobRunner.run("batch-fixture", common) { [self] run async throws(JobFailure) -> Conclusion in
            let pace = try read(Self.pace, flag: pace)
            if let hostile { run.log.warning("place", "looked at \(PlaceName(hostile), as: "place")") }
            let done = await work(run, pace)
            let counts = [Conclusion.Count("valid", done), Conclusion.Count("returned", batches - done)]
            if let reason = run.stop.reason {
                return Conclusion([.stopped], counts: counts, summary: "stopped: \(reason)", next: "run again")
            }
            return Conclusion(outcomes, counts: counts, report: "reports/batch-fixture/x")
        }
    }

    private func read<Value>(_ setting: Setting<Value>, flag: String?) throws(JobFailure) -> Value {
        do {
            return try setting.value(flag: flag, in: EnvironmentVariables(reading: [setting.variable.description]))
        } catch {
            throw JobFailure(error)
        }
    }

    /// A batch is never left half done: the stop is asked for between two of them.
    private func work(_ run: Run, _ pace: Duration) async -> Int {
        let progress = run.progress("batches", total: batches)
        var done = 0
        while done < batches, !run.stop.isMet {
            run.log.info("batch", "batch \(done + 1, as: "batch")")
            try? await Task.sleep(for: pace)
            done += 1
            progress.advance()
        }
        progress.finish()
        return done
    }

    private var outcomes: [Outcome] {
        outcome.split(separator: ",").map {
            switch $0 {
            case "findings": .findings
            case "guard": .guardTripped
            case "quarantined": .quarantined(3)
            case "broken": .broken
            default: .done
            }
        }
    }
}
