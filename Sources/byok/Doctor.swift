import ArgumentParser
import Batch
import System

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at every precondition of a job, one line each, and changes nothing.",
        discussion: """
            Run it as the job runs: the same user, the same environment, the same database role. A line says pass, \
            FAIL or not decided, what was found, why it matters and how to mend it.

            Examples:
              byok doctor                        what this tool needs
              byok doctor --for revalidate       what the hourly job needs
              byok doctor --for revalidate --network --json

            Exit: 0 everything passes, 1 something to look at or not decided, 69 database, 77 rights or TLS, \
            78 configuration. Of several the first of 78, 77, 1, 69.
            """)

    @OptionGroup var output: ReplyFlags
    @OptionGroup var database: DatabaseFlags

    @Option(name: .customLong("for"), help: "The job whose preconditions are looked at.")
    var job: DoctorJob = .byok

    @Flag(name: .shortAndLong, help: "Show only what does not pass.")
    var quiet = false

    @Option(help: "The folder that the job is told to write its reports to. [env: BYOK_REPORT_DIR]")
    var reportDir: String?

    @Flag(help: "Also ask the resolver where the providers' hosts are.")
    var network = false

    func run() async {
        await JobRunner.reply("byok-doctor", output) { [self] () throws(JobFailure) in
            let checks = await checks()
            return Reply(text(checks), details: details(checks), outcome: .first(of: checks.map(\.outcome)))
        }
    }

    private func checks() async -> [DoctorCheck] {
        var checks = DoctorHost.checks()
        let settings = DoctorSettings(job: job, reportDir: reportDir, database: database)
        checks += settings.checks()
        var secrets = DoctorSecrets(job: job)
        checks += secrets.checks()
        if network, job.asksProviders { checks += DoctorNetwork.checks() }
        switch settings.connection {
        case .success(let connection):
            checks += await DoctorDatabase(job: job, settings: connection, secrets: secrets).checks()
        case .failure(let failure): checks += DoctorDatabase.unreached(job, failure)
        }
        return checks
    }

    private func text(_ checks: [DoctorCheck]) -> String {
        let shown = quiet ? checks.filter { $0.state != .pass } : checks
        let counts = DoctorCheck.State.allCases.map { state in
            "\(checks.count { $0.state == state }) \(state == .notDecided ? "not decided" : state.rawValue)"
        }
        let summary = quiet && shown.isEmpty ? [] : ["\(job.rawValue): " + counts.joined(separator: ", ")]
        return (shown.map(\.line) + summary).map { $0 + "\n" }.joined()
    }

    private func details(_ checks: [DoctorCheck]) -> [(String, JSONText.Value)] {
        let counts = DoctorCheck.State.allCases.map { state in
            (state.rawValue, JSONText.Value.integer(Int64(checks.count { $0.state == state })))
        }
        return [
            ("for", .string(job.rawValue)), ("states", .object(counts)), ("checks", .array(checks.map(\.json))),
        ]
    }
}
