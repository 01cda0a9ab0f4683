import ArgumentParser
import Batch
import Postgres
import Vault

/// `rotate-master plan`: where a rotation stands, and what to do next.
struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say where a rotation stands, what must be mended first, and the exact next command.",
        discussion: """
            Reads only. Steps: give the key to every reader, make it current, seal every key anew, let the database
            prove it, open every key, retire the older key. With BYOK_MASTER_KEYS it also proves the keys themselves.
            Works with the rights of byok_rotate and of byok_operator.

            Examples:
              rotate-master plan
              rotate-master plan --to 1 --json

            Exit status: 0 nothing is in the way of the next step; 1 something must be mended first; 69 no database;
            77 no right to read; 78 a master key is missing, unknown or not the one it says.
            """)

    @Option(help: "The version to go to; else the current key, or the one that waits.") var to: String?
    @OptionGroup var operatorFlags: OperatorFlags

    func validate() throws {
        _ = try version()
    }

    func run() async {
        await JobRunner.reply("rotate-master-plan", asJSON: operatorFlags.writesJSON) { () throws(JobFailure) in
            let keyring = try RotationKeys.read()
            let connection = try operatorFlags.connection(for: "rotate-master-plan")
            let target = try? version()
            let survey: PlanSurvey
            do throws(PostgresError) {
                survey = try await PlanSurvey(reading: connection, to: target.flatMap { $0 }, keyring)
            } catch { throw JobFailure(error) }
            return Reply(survey.text, details: survey.details, outcome: survey.outcome)
        }
    }

    private func version() throws -> Int? {
        guard let to else { return nil }
        guard let number = Int(to), let version = MasterKeyVersion(number) else {
            throw ValidationError("--to takes the number of a master key.")
        }
        return Int(version.rawValue)
    }
}
