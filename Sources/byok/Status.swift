import ArgumentParser
import Batch
import Postgres
import System

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells how things stand: keys, what is due, runs, leases, guards, master keys, mails, pauses.",
        discussion: """
            Reads only. A part that this role may not read says so, and the exit status is then 1. Where row-level \
            security shows only a part of the keys, that is said first and the exit status is 77. What stands badly \
            (an overdue key, a tripped guard, a failed run) is told, and does not change the exit status: \
            byok doctor and the jobs' own statuses are for that.

            Examples:
              byok status
              byok status --json

            Exit: 0 told everything, 1 something could not be read, 69 database, 77 rights or TLS, 78 configuration.
            """)

    @OptionGroup var output: ReplyFlags
    @OptionGroup var database: DatabaseFlags

    func run() async {
        await JobRunner.reply("byok-status", output) { [self] () throws(JobFailure) in
            let connection = try database.connection(for: "byok-status")
            do throws(PostgresError) {
                try await connection.connect()
            } catch { throw JobFailure(error) }
            var answers: [StatusAnswer] = []
            for section in StatusSection.all { answers.append(await section.read(from: connection)) }
            await connection.close()
            return Self.reply(answers)
        }
    }

    private static func reply(_ answers: [StatusAnswer]) -> Reply {
        let hidden = hiddenKeys(answers)
        let failures = answers.compactMap(\.failure).map { JobFailure($0).outcome }
        // That one part may not be read is told in its place; a database that went away is not this role's doing.
        let outcomes = failures.map { $0 == .notPermitted || $0 == .misconfigured ? Outcome.incomplete : $0 }
        let warning = hidden.map { "row security shows this session \($0.seen) of \($0.stored) keys: \($0.advice)\n" }
        return Reply(
            (warning ?? "") + answers.map(\.text).joined(),
            details: [("status", .object(answers.map { ($0.section.name.description, $0.json) }))],
            outcome: .first(of: (hidden == nil ? [] : [.notPermitted]) + outcomes))
    }

    private static func hiddenKeys(_ answers: [StatusAnswer]) -> (seen: Int64, stored: Int64, advice: String)? {
        guard let row = answers.last?.rows.first, row.count == 2, case .integer(let seen) = row[0],
            case .integer(let stored) = row[1], seen != stored
        else { return nil }
        return (seen, stored, "connect as byok_operator, and run jobs/sql/roles.sql as an administrator")
    }
}
