import ArgumentParser
import Batch

/// What each user's own keys saved in credits, what they missed, and whether the published claims hold.
@main struct SavingsReport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "savings-report",
        abstract: "What each user's own keys saved in credits, what they missed, and whether the claims hold.",
        discussion: """
            Without a period it reports the month before the current one. Days and months are those of UTC.

              savings-report                                    last month
              savings-report --month 2026-10                    one month
              savings-report --from 2026-07-01 --to 2026-10-01  from the first to before the second
              savings-report --user 0b1f7e3c-0000-4000-8000-000000000001 --month 2026-10

            Exit status: 0 done and everything ties out, 1 a claim does not hold (with --fail-on-claim) or a booking
            belongs to no analysis, 65 rows were set aside, 69 the database is unavailable, 70 the sums differ, 74 the
            report could not be written, 75 stopped or another run is going, 77 not permitted, 78 a setting is wrong.
            """,
        version: SuiteVersion.text.description)

    @OptionGroup var flags: SavingsFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var common: CommonFlags

    static func main() async {
        await JobRunner.open(SavingsReport.self)
    }

    func run() async {
        let (flags, database) = (flags, database)
        await JobRunner.run("savings-report", common) { run throws(JobFailure) in
            try await SavingsRun(run, flags, database).conclude()
        }
    }
}
