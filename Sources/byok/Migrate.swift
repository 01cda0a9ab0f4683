import ArgumentParser
import Batch
import Postgres

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Installs the schema byok, or brings it up to date.",
        discussion: """
            Safe to run twice, and by two processes at once: each step is one transaction together with its record. \
            The database user must be allowed to create the schema or own it; it need not be a superuser.

            Afterwards an administrator gives each job its rights:
              psql -v ON_ERROR_STOP=1 -f jobs/sql/roles.sql

            Examples:
              byok migrate --dry-run      list what would be applied
              byok migrate                install or upgrade
              byok migrate --test         install for a demo or a test, where simulators may stand for providers

            Exit: 0 done, 69 database unavailable, 77 not permitted, 78 the database is of a newer release.
            """)

    @OptionGroup var action: ActionFlags
    @OptionGroup var database: DatabaseFlags

    @Flag(help: "On a fresh database only: let providers be replaced by loopback simulators here, for ever.")
    var test = false

    func run() async {
        await JobRunner.act("byok-migrate", action) { [self] run throws(JobFailure) in
            let migrator = Migrator(try database.connection(for: "byok-migrate"))
            let pending = try await migrator.pending()
            if run.settings.isDryRun { return list(pending) }
            return try await apply(pending, with: migrator, run)
        }
    }

    private func apply(
        _ pending: [Migration], with migrator: Migrator, _ run: Run
    ) async throws(JobFailure) -> Conclusion {
        if test, pending.count < Migration.all.count { try await refuseProduction(migrator) }
        var applied = 0
        for migration in pending {
            if run.stop.isMet { return stopped(applied) }
            let step = try await migrator.apply(migration, isTest: test)
            guard step == .applied else { continue }
            applied += 1
            run.log.info("applied", "applied migration \(migration.logged, as: "migration")")
        }
        if test { try await refuseProduction(migrator) }
        let counts = [Conclusion.Count("applied", applied), Conclusion.Count("already", Migration.all.count - applied)]
        guard applied > 0 else { return Conclusion(counts: counts, summary: "the schema is up to date") }
        return Conclusion(counts: counts, summary: "the schema is installed", next: Self.next)
    }

    /// Also when another process was faster with the first step, without `--test`.
    private func refuseProduction(_ migrator: Migrator) async throws(JobFailure) {
        if try await migrator.isTestInstallation() { return }
        throw JobFailure(
            .misconfigured, "this database was not installed with --test and stays as it is",
            next: "use an empty database for tests, or leave --test out")
    }

    private func list(_ pending: [Migration]) -> Conclusion {
        Conclusion(
            counts: [
                Conclusion.Count("pending", pending.count),
                Conclusion.Count("already", Migration.all.count - pending.count),
            ], answer: pending.isEmpty ? nil : pending.map { $0.logged.name + "\n" }.joined())
    }

    private func stopped(_ applied: Int) -> Conclusion {
        Conclusion([.stopped], counts: [Conclusion.Count("applied", applied)], next: "run byok migrate again")
    }

    private static let next: LogMessage = """
        psql -v ON_ERROR_STOP=1 -f jobs/sql/roles.sql as an administrator, then byok master-keys generate and register
        """
}

extension Migration {
    /// Number and name as the file has them: a literal of this program.
    var logged: MigrationName { MigrationName(number: number, text: name) }
}

/// A migration's name may be shown to anyone.
struct MigrationName: Loggable {
    let number: Int
    let text: String

    var name: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_" + text
    }

    var logged: LogValue { .text(name) }
}
