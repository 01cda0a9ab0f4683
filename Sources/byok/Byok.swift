import ArgumentParser
import Batch

/// The operator's tool: what people do by hand, and what sets a database up.
@main struct Byok: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "byok",
        abstract: "Installs the schema, registers master keys, adds and removes users' keys.",
        discussion: """
            The database is named by DATABASE_URL (or DATABASE_URL_FILE) or by libpq's own PG* variables.
            Keys are read from standard input, secrets from variables or files: none is ever an argument.
            """,
        version: SuiteVersion.text.description,
        subcommands: [
            Migrate.self, MasterKeys.self, Keys.self, Status.self, Doctor.self, Pick.self, Pause.self, Resume.self,
        ])

    static func main() async { await JobRunner.open(self) }
}
