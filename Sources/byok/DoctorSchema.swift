import Batch
import KeySettings
import Postgres
import Providers

/// The schema, who may do what with it, and what the stored keys say.
extension DoctorDatabase {
    func schemaChecks() async -> [DoctorCheck] {
        let migrations = await migrations()
        guard migrations.state == .pass || migrations.outcome == .findings else {
            let later = Self.undecided(for: job, because: migrations.outcome).drop {
                $0.name.description != "installation"
            }
            return [migrations]
                + later.map {
                    .notDecided(
                        $0.name, because: $0.outcome, why: "the schema is not this release's",
                        mend: "mend the line 'migrations' first")
                }
        }
        var checks = [migrations, await installation(), await roles(), await rights()]
        if job.readsKeys { checks.append(await rowSecurity()) }
        return checks + (await keyChecks())
    }

    /// Asks for rows; what cannot be asked is not decided.
    func look(
        _ name: StaticString, _ statement: Statement, _ judge: (Rows) throws(PostgresError) -> DoctorCheck
    ) async -> DoctorCheck {
        do throws(PostgresError) {
            return try judge(try await connection.query(statement))
        } catch { return Self.undecided(name, error) }
    }

    private func migrations() async -> DoctorCheck {
        let why: LogMessage = "a program and a schema of different releases misunderstand each other"
        do throws(JobFailure) {
            let pending = try await Migrator(connection).pending()
            guard pending.isEmpty else {
                return .fail(
                    "migrations", .misconfigured, "\(pending.count) of \(Migration.all.count) are not applied",
                    why: why, mend: "run byok migrate, then jobs/sql/roles.sql")
            }
            return .pass("migrations", "all \(Migration.all.count) are applied, and no newer one")
        } catch { return .fail("migrations", error, why: why) }
    }

    private func installation() async -> DoctorCheck {
        let origins = try? ProviderOrigins.configured()
        let statement = Statement("is_test_installation", sql: PackageResources.is_test_installation_sql)
        return await look("installation", statement) { rows throws(PostgresError) in
            let isTest = try rows.single().bool("test")
            guard let origins, origins.namesTestServers else {
                return .pass("installation", isTest ? "made for tests; the real providers are asked" : "production")
            }
            guard isTest else {
                return .fail(
                    "installation", .misconfigured, "production, but a BYOK_<PROVIDER>_URL names a simulator",
                    why: "a demo's environment must not decide about users' keys", mend: "unset BYOK_<PROVIDER>_URL")
            }
            return .pass("installation", "made for tests, and a simulator stands for a provider")
        }
    }

    private func roles() async -> DoctorCheck {
        let statement = Statement("doctor_roles", sql: PackageResources.doctor_roles_sql)
        return await look("roles", statement) { rows throws(PostgresError) in
            guard let first = rows.first else { return .pass("roles", "jobs/sql/roles.sql has been applied") }
            let (kind, name) = (PlaceName(try first.text("kind")), PlaceName(try first.text("name")))
            return .fail(
                "roles", .notPermitted, "\(rows.count) things are missing, such as the \(kind) \(name)",
                why: "rights come from jobs/sql/roles.sql and from nowhere else",
                mend: "psql -v ON_ERROR_STOP=1 -f jobs/sql/roles.sql as an administrator")
        }
    }

    private func rights() async -> DoctorCheck {
        let statement = Statement("doctor_rights", sql: PackageResources.doctor_rights_sql, [.text(job.rawValue)])
        let job = job
        return await look("rights", statement) { rows throws(PostgresError) in
            guard let first = rows.first else { return .pass("rights", "everything that \(job) needs") }
            let (privilege, object) = (PlaceName(try first.text("privilege")), PlaceName(try first.text("object")))
            if try first.bool("forbidden") {
                return .fail(
                    "rights", .notPermitted, "this role may read the ciphertext of \(object)",
                    why: "\(job) must not be able to open a key", mend: "connect as \(job.role)")
            }
            return .fail(
                "rights", .notPermitted, "\(rows.count) are missing, such as \(privilege) on byok.\(object)",
                why: "\(job) would stop half way",
                mend: "connect as \(job.role), or run jobs/sql/roles.sql as an administrator")
        }
    }

    private func rowSecurity() async -> DoctorCheck {
        let why: LogMessage = "a job that sees a part of the keys would call the work done"
        let mend: LogMessage = "connect as \(job.role), and run jobs/sql/roles.sql as an administrator"
        let keys = Statement("doctor_visible_keys", sql: PackageResources.doctor_visible_keys_sql)
        let visible = await look("row-security", keys) { rows throws(PostgresError) in
            let row = try rows.single()
            let (seen, stored) = (try row.int("seen"), try row.int("stored"))
            guard seen == stored else {
                return .fail(
                    "row-security", .notPermitted, "this session sees \(seen) of \(stored) keys", why: why, mend: mend)
            }
            return .pass("row-security", "this session sees all \(stored) keys, and every table it may read")
        }
        guard visible.state == .pass else { return visible }
        let tables = Statement("doctor_hidden_tables", sql: PackageResources.doctor_hidden_tables_sql)
        return await look("row-security", tables) { rows throws(PostgresError) in
            guard let first = rows.first else { return visible }
            let name = PlaceName(try first.text("name"))
            return .fail(
                "row-security", .notPermitted,
                "rows of \(rows.count) tables are hidden from this session, such as byok.\(name)", why: why, mend: mend)
        }
    }
}
