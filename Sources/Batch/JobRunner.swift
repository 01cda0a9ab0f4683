public import ArgumentParser
internal import Glibc
internal import System

/// The door of every executable: parses flags, runs the job, tells how it ended, ends with that status.
public enum JobRunner {
    /// What `main` calls. Differs from the parser's own `main` in what a bad flag prints: nothing that could act on a
    /// terminal, and with `--json` one object.
    public static func open<Command: AsyncParsableCommand>(_ command: Command.Type) async -> Never {
        prepare()
        do {
            var command = try Command.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(ExitStatus.done.rawValue)
        } catch {
            end(Command.self, with: error)
        }
    }

    /// Runs a job to its end and ends the process with its status.
    public static func run(
        _ job: StaticString, _ flags: CommonFlags,
        _ body: @Sendable (Run) async throws(JobFailure) -> Conclusion
    ) async -> Never {
        exit(await status(of: job, flags.typed, body).rawValue)
    }

    /// The same for a command that a person gives: on success it says in one line what it did, terminal or not.
    public static func act(
        _ command: StaticString, _ flags: ActionFlags, input: InputFlags? = nil, duration: DurationFlags? = nil,
        _ body: @Sendable (Run) async throws(JobFailure) -> Conclusion
    ) async -> Never {
        var typed = flags.typed
        typed.noInput = input?.noInput ?? false
        typed.maxDuration = duration?.maxDuration
        exit(await status(of: command, typed, body).rawValue)
    }

    private static func status(
        of job: StaticString, _ flags: TypedFlags, _ body: @Sendable (Run) async throws(JobFailure) -> Conclusion
    ) async -> ExitStatus {
        let environment = EnvironmentVariables(reading: CommonSettings.variables(byHand: flags.isByHand))
        if let fault = SuiteVariables.fault { return reject(job.description, fault, asJSON: flags.json) }
        let settings: CommonSettings
        do {
            settings = try CommonSettings(flags, in: environment)
        } catch {
            return reject(job.description, JobFailure(error), asJSON: flags.json)
        }
        let run = Run(job: job, settings: settings)
        run.log.info("started", "started, version \(SuiteVersion.text, as: "version")")
        let start = ContinuousClock.now
        let conclusion = await conclude(run, body)
        return finish(run, conclusion, after: start.duration(to: .now), isByHand: flags.isByHand)
    }

    private static func prepare() {
        StandardStreams.holdClosed()
        _ = ProcessHardening.apply()
        StopSignal.install()
    }

    private static func conclude(
        _ run: Run, _ body: @Sendable (Run) async throws(JobFailure) -> Conclusion
    ) async -> Conclusion {
        do {
            return try await body(run)
        } catch {
            return Conclusion(error)
        }
    }

    private static func finish(
        _ run: Run, _ conclusion: Conclusion, after duration: Duration, isByHand: Bool
    ) -> ExitStatus {
        run.screen.draw("")
        let conclusion = recordMetrics(run, conclusion, duration)
        let announcement = Announcement(job: run.job.description, runID: run.id.logged.text, conclusion: conclusion)
        let output = Terminal.standardOutput()
        let isWatched = output.isTerminal && !run.settings.isQuiet && !run.settings.writesJSON
        if conclusion.status == .done {
            run.log.info("ended", "done after \(duration, as: "duration")")
        } else if !(isWatched && run.screen.isTerminal) {
            // On one terminal the announcement says it all.
            complain(conclusion, run.log)
        }
        if run.settings.writesJSON, conclusion.answer != "" {
            output.write(announcement.json + "\n")
        } else {
            // What ended badly may have done a part, which its counts tell.
            let hasDone = conclusion.status == .done || !conclusion.counts.isEmpty
            let isTold = isByHand && hasDone && !run.settings.isQuiet && conclusion.answer == nil
            output.write(conclusion.harmlessAnswer)
            if isWatched || isTold { output.write(announcement.line + "\n") }
        }
        announcement.leaveTerminationMessage()
        return conclusion.status
    }

    private static func complain(_ conclusion: Conclusion, _ log: Log) {
        let summary = conclusion.summary ?? "\(conclusion.status.meaning)"
        let next: LogMessage = conclusion.next.map { "; next: \($0)" } ?? ""
        log.error(
            "ended", "\(conclusion.outcome, as: "outcome"): \(summary)\(next) (exit \(conclusion.status, as: "exit"))")
    }

    private static func recordMetrics(_ run: Run, _ conclusion: Conclusion, _ duration: Duration) -> Conclusion {
        guard let path = run.settings.metricsFile, !run.settings.isDryRun else { return conclusion }
        let metrics = MetricsFile(
            job: run.job.description, finishedAt: .now, duration: duration, conclusion: conclusion,
            version: SuiteVersion.text)
        do {
            try metrics.write(to: path)
            return conclusion
        } catch {
            let failure = JobFailure(error)
            let next: LogMessage = failure.next.map { "; next: \($0)" } ?? ""
            run.log.error("metrics_not_written", "\(failure.message)\(next)")
            return conclusion.adding(.notWritten)
        }
    }

    static func reject(_ job: String, _ failure: JobFailure, asJSON: Bool) -> ExitStatus {
        let announcement = Announcement(job: job, runID: nil, conclusion: Conclusion(failure))
        if asJSON { Terminal.standardOutput().write(announcement.json + "\n") }
        Terminal.standardError().write(announcement.line + "\n")
        announcement.leaveTerminationMessage()
        return failure.status
    }
}
