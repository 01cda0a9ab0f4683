import ArgumentParser
import Batch

/// `rotate-master verify`: opens every key under the new master key, and records that it did.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open every key under the new master key, and record that all of them open.",
        discussion: """
            Comes after the sweep and before a retirement. Reads every row in one snapshot; nothing is changed but rows
            that do not open, which are set aside. With --dry-run it opens every key under whichever version it has, at
            any time, and writes nothing. Stopped, it begins anew: a million keys take seconds.

            Examples:
              rotate-master verify
              rotate-master verify --dry-run --json

            Exit status: 0 every key opens; 1 the sweep is not over; 65 rows do not open or were set aside before; 69 no
            database; 70 the books do not balance; 74 the report could not be written; 75 stopped, or another run is
            going; 77 not permitted; 78 a master key is missing or wrong.
            """)

    @OptionGroup var retention: RetentionFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var common: CommonFlags

    func run() async {
        let (retention, database) = (retention, database)
        await JobRunner.run("rotate-master", common) { run throws(JobFailure) in
            try await Verification(run, retention, database).conclude()
        }
    }
}
