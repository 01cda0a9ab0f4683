import ArgumentParser
import Batch

/// Finds leaked key material in logs.
@main struct AuditScan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-scan",
        abstract: "Reads logs and tables for key material that must not be there.",
        discussion: """
            Knows the stored keys by keyed fingerprints only: neither a key nor a master key is on this machine.

            Examples:
              audit-scan /var/log/app --state /var/lib/byok/audit-scan.state
              audit-scan '/var/log/nginx/*.gz' --audit-log --full
              journalctl -o cat | audit-scan -
              audit-scan --query 'select payload from webhook_deliveries'

            Exit status: 0 everything was read and nothing found, 1 a leak was found or not everything was read (see
            the outcome), 69 the database did not answer, 74 the report could not be written, 75 stopped, 77 not
            permitted, 78 a setting is wrong or no source is named.
            """,
        version: SuiteVersion.text.description)

    @OptionGroup var flags: ScanFlags
    @OptionGroup var database: DatabaseFlags
    @OptionGroup var common: CommonFlags

    static func main() async {
        await JobRunner.open(AuditScan.self)
    }

    func run() async {
        let (flags, database) = (flags, database)
        await JobRunner.run("audit-scan", common) { run throws(JobFailure) in
            try await ScanRun(run, flags, database).conclude()
        }
    }
}
