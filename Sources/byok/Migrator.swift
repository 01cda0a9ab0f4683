import Batch
import Postgres

/// Brings a database's schema to this program's, one step a transaction.
struct Migrator: Sendable {
    enum Step: Equatable, Sendable {
        case applied
        /// By an earlier run, or by another process a moment ago.
        case already
    }

    let connection: PostgresConnection
    let migrations: [Migration]

    init(_ connection: PostgresConnection, _ migrations: [Migration] = Migration.all) {
        self.connection = connection
        self.migrations = migrations
    }

    /// What is still to be applied. Takes no lock and writes nothing.
    func pending() async throws(JobFailure) -> [Migration] {
        let known = migrations
        let applied = try await connection.transaction(.readOnly) { transaction throws(JobFailure) in
            try Self.appliedCount(known, in: transaction)
        }
        return Array(known.dropFirst(applied))
    }

    /// Applies one step together with its record, unless somebody already has.
    ///
    /// `isTest` is recorded with the very first step: what a database is for is never changed later.
    func apply(_ migration: Migration, isTest: Bool) async throws(JobFailure) -> Step {
        let known = migrations
        return try await connection.transaction(.readWrite, retrying: 10) { transaction throws(JobFailure) in
            do throws(PostgresError) {
                _ = try transaction.query(
                    Statement("lock_migrations", sql: PackageResources.lock_migrations_sql, deadline: Self.patience))
            } catch { throw JobFailure(error) }
            let applied = try Self.appliedCount(known, in: transaction)
            if known.prefix(applied).contains(where: { $0.number == migration.number }) { return .already }
            do throws(PostgresError) {
                try Self.run(migration, isTest: isTest && applied == 0, isFirst: applied == 0, in: transaction)
            } catch { throw JobFailure(error) }
            return .applied
        }
    }

    func isTestInstallation() async throws(JobFailure) -> Bool {
        do {
            return try await connection.query(
                Statement("is_test_installation", sql: PackageResources.is_test_installation_sql, idempotent: true)
            ).single().bool("test")
        } catch { throw JobFailure(error) }
    }

    /// A step may build an index over every key.
    private static let patience: Duration = .seconds(3600)

    private static func run(
        _ migration: Migration, isTest: Bool, isFirst: Bool, in transaction: borrowing Transaction
    ) throws(PostgresError) {
        _ = try transaction.query(Statement("bound_locks", sql: PackageResources.bound_locks_sql))
        try transaction.run(script: Statement("migration", sql: migration.script, deadline: patience))
        try transaction.execute(
            Statement(
                "record_migration", sql: PackageResources.record_migration_sql,
                [.int(migration.number), .text(migration.name)]))
        guard isFirst else { return }
        try transaction.execute(
            Statement("record_installation", sql: PackageResources.record_installation_sql, [.bool(isTest)]))
    }

    /// How many of the known steps are there, which must be the first ones and no others.
    private static func appliedCount(
        _ known: [Migration], in transaction: borrowing Transaction
    ) throws(JobFailure) -> Int {
        let applied: [(number: Int, name: String)]
        do throws(PostgresError) {
            applied = try read(transaction)
        } catch { throw JobFailure(error) }
        for (index, step) in applied.enumerated() {
            guard let last = known.last, step.number <= last.number else { throw newer(step.number) }
            guard index < known.count, known[index].number == step.number, known[index].name == step.name else {
                throw foreign(step.number)
            }
        }
        return applied.count
    }

    private static func read(
        _ transaction: borrowing Transaction
    ) throws(PostgresError) -> [(number: Int, name: String)] {
        let present = try transaction.query(
            Statement("has_migrations", sql: PackageResources.has_migrations_sql)
        ).single().bool("present")
        guard present else { return [] }
        return try transaction.query(
            Statement("applied_migrations", sql: PackageResources.applied_migrations_sql)
        ).map { row throws(PostgresError) in (try row.int("number"), try row.text("name")) }
    }

    private static func newer(_ number: Int) -> JobFailure {
        JobFailure(
            .misconfigured, "the database has migration \(number, as: "migration"), which this program does not know",
            next: "use the byok of the release that installed it, or a newer one")
    }

    private static func foreign(_ number: Int) -> JobFailure {
        JobFailure(
            .misconfigured,
            "migration \(number, as: "migration") in the database is not the one of that place in this program",
            next: "compare byok.migrations with Sources/byok/Migrations")
    }
}
