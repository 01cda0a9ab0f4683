import ArgumentParser
import Batch
import Postgres

/// Which job a pause is of.
enum PausableJob: String, CaseIterable, ExpressibleByArgument {
    case revalidate
    case rotate = "rotate-master"
    case savings = "savings-report"
    case scan = "audit-scan"
    case all

    /// As `byok.pauses` has it.
    var key: String { self == .all ? "*" : rawValue }
}

struct PauseFlags: ParsableArguments {
    @Argument(help: "The job, or all.") var job: PausableJob
    @Option(help: "Why, in 1 to 500 characters.") var reason: String

    func validate() throws {
        guard DryRun.isReason(reason) else {
            throw ValidationError("--reason is a text of 1 to 500 characters")
        }
    }

    /// Either function may be called again: it answers whether anything changed.
    func send(
        _ name: StaticString, _ sql: [UInt8], _ database: DatabaseFlags
    ) async throws(JobFailure) -> Bool {
        let connection = try database.connection(for: "byok-pause")
        let statement = Statement(name, sql: sql, [.text(job.key), .text(reason)], idempotent: true)
        let rows = try await connection.write(statement)
        return try Database.reading { () throws(PostgresError) in try rows.single().bool("changed") }
    }
}

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Holds a job: no run begins, and a rotation that is under way waits.",
        discussion: """
            A run of another job that is under way ends as ever. Who paused it and why is kept in the audit log.

            Examples:
              byok pause rotate-master --reason "launch day"
              byok pause all --reason "incident 42"

            Exit: 0 done, 64 usage, 69 database unavailable, 77 not permitted.
            """)

    @OptionGroup var pause: PauseFlags
    @OptionGroup var action: ActionFlags
    @OptionGroup var database: DatabaseFlags

    func run() async {
        await JobRunner.act("byok-pause", action) { [self] run throws(JobFailure) in
            if !run.settings.isDryRun { _ = try await pause.send("pause", PackageResources.pause_sql, database) }
            return Conclusion(
                counts: [Conclusion.Count("paused", run.settings.isDryRun ? 0 : 1)],
                summary: "\(PlaceName(pause.job.rawValue)) is held", next: "byok resume, when the reason is gone")
        }
    }
}

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ends the pause of a job.",
        discussion: """
            A pause of all jobs ends with byok resume all, and that of one job by its own name.

            Examples:
              byok resume rotate-master --reason "launched"

            Exit: 0 done, or it was not paused; 64 usage, 69 database unavailable, 77 not permitted.
            """)

    @OptionGroup var pause: PauseFlags
    @OptionGroup var action: ActionFlags
    @OptionGroup var database: DatabaseFlags

    func run() async {
        await JobRunner.act("byok-resume", action) { [self] run throws(JobFailure) in
            let isDry = run.settings.isDryRun
            let was = isDry ? false : try await pause.send("resume", PackageResources.resume_sql, database)
            let name = PlaceName(pause.job.rawValue)
            return Conclusion(
                counts: [Conclusion.Count("resumed", was ? 1 : 0)],
                summary: was ? "\(name) goes on" : isDry ? "nothing was done" : "\(name) was not paused")
        }
    }
}
