import ArgumentParser
import Batch

/// Asks each provider whether the stored keys still work.
@main struct Revalidate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revalidate",
        abstract: "Asks each provider whether the stored keys still work.",
        discussion: """
            Without a subcommand it runs the job:

              revalidate                       check every key that is due
              revalidate --dry-run             say what would come of it, and write nothing
              revalidate run --provider groq   one provider only

            Used most: --provider, --limit, --max-duration 50m, --report-dir PATH, --metrics-file PATH, --dry-run,
            --json, --quiet. All options of a run: revalidate run --help

            Exit status: 0 done, 1 a person should look, 64 a flag or its value is wrong, 65 rows were quarantined,
            69 nobody answered, 70 the books do not balance, 74 the report could not be written, 75 stopped or another
            run is going, 77 not permitted, 78 a setting or a master key is wrong.
            """,
        version: SuiteVersion.text.description,
        subcommands: [RunCommand.self, Status.self, Explain.self, Approve.self, Undo.self],
        defaultSubcommand: RunCommand.self)

    static func main() async {
        await JobRunner.open(Revalidate.self)
    }
}
