import Batch
import Postgres
import System

/// The server, and what this session is on it.
struct DoctorDatabase: Sendable {
    let job: DoctorJob
    let settings: ConnectionSettings
    let secrets: DoctorSecrets
    let connection: PostgresConnection

    init(job: DoctorJob, settings: ConnectionSettings, secrets: DoctorSecrets) {
        self.job = job
        self.settings = settings
        self.secrets = secrets
        connection = PostgresConnection(settings)
    }

    func checks() async -> [DoctorCheck] {
        let place = PlaceName(settings.server)
        do throws(PostgresError) {
            try await connection.connect()
        } catch { return Self.unreached(job, JobFailure(error)) }
        var checks: [DoctorCheck] = [.pass("database", "reached at \(place)")]
        checks += await server()
        checks.append(await logging())
        checks += await schemaChecks()
        await connection.close()
        return checks
    }

    static func unreached(_ job: DoctorJob, _ failure: JobFailure) -> [DoctorCheck] {
        [.fail("database", failure, why: "every job reads and writes its state there")]
            + undecided(for: job, because: failure.outcome)
    }

    /// What cannot be looked at without a database, so that no line goes missing.
    static func undecided(for job: DoctorJob, because outcome: Outcome) -> [DoctorCheck] {
        var names: [StaticString] = [
            "server-version", "tls", "role", "pooler", "clock", "server-log", "migrations", "installation", "roles",
            "rights",
        ]
        if job.readsKeys { names += ["row-security"] }
        if job.opensKeys { names += ["key-check", "seals", "heap-updates"] }
        if job.usesFingerprints { names += ["fingerprints"] }
        if job.readsOutbox { names += ["outbox"] }
        return names.map {
            .notDecided(
                $0, because: outcome, why: "the database was not reached", mend: "mend the line 'database' first")
        }
    }

    private func server() async -> [DoctorCheck] {
        let before = Timestamp.now
        do throws(PostgresError) {
            let statement = Statement(
                "doctor_server", sql: PackageResources.doctor_server_sql, [.text(job.role.description)])
            let row = try await connection.query(statement).single()
            let after = Timestamp.now
            let isDirect = try await !connection.isPooled()
            return [
                version(try row.int("version"), PlaceName(try row.text("version_name"))), try tls(row),
                try role(row), pooler(isDirect),
                Self.clock(database: try row.timestamp("at"), host: before...max(before, after)),
            ]
        } catch {
            let names: [StaticString] = ["server-version", "tls", "role", "pooler", "clock"]
            return names.map { Self.undecided($0, error) }
        }
    }

    private func version(_ number: Int, _ name: PlaceName) -> DoctorCheck {
        guard number >= 150_000 else {
            return .fail(
                "server-version", .misconfigured, "PostgreSQL \(name)",
                why: "the schema's views need PostgreSQL 15 or later", mend: "upgrade the server")
        }
        return .pass("server-version", "PostgreSQL \(name)")
    }

    private func tls(_ row: Row) throws(PostgresError) -> DoctorCheck {
        let isEncrypted = try row.bool("encrypted")
        switch settings.transport {
        case .local: return .pass("tls", "exempt: a socket or a loopback address")
        case .verified: return .pass("tls", "verify-full: the server has proved its name")
        case .unverified:
            return .fail(
                "tls", .notPermitted,
                isEncrypted ? "encrypted, but the server's name is not proved" : "not encrypted",
                why: "whoever sits between reads every ciphertext, and the password",
                mend: "use sslmode=verify-full and leave --allow-unverified-tls out")
        }
    }

    private func role(_ row: Row) throws(PostgresError) -> DoctorCheck {
        let user = PlaceName(try row.text("user_name"))
        let seesEverything = try row.bool("sees_everything")
        guard !seesEverything else {
            return .fail(
                "role", .findings, "connected as \(user), whom no grant and no row security holds",
                why: "a job with one role's rights can do no more than that job needs",
                mend: "connect as \(job.role)")
        }
        let isExpected = try row.bool("is_expected")
        guard isExpected else {
            return .fail(
                "role", .findings, "connected as \(user)", why: "\(job) is meant to run as \(job.role)",
                mend: "connect as \(job.role), or grant it to \(user)")
        }
        return .pass("role", "connected as \(user)")
    }

    private func pooler(_ isDirect: Bool) -> DoctorCheck {
        // A statement-mode pooler refuses BEGIN, so reaching a line of the schema's checks would have failed.
        .pass("pooler", isDirect ? "none: the server answers itself" : "one stands between; transaction mode is enough")
    }

    static let clockLimit: Duration = .seconds(5)

    /// `host` is from before to after the database was asked.
    static func clock(database: Timestamp, host: ClosedRange<Timestamp>) -> DoctorCheck {
        let difference: Duration =
            if database < host.lowerBound {
                host.lowerBound.since(database)
            } else if database > host.upperBound { database.since(host.upperBound) } else { .zero }
        guard difference <= clockLimit else {
            return .fail(
                "clock", .findings, "this host and the database differ by \(difference, as: "difference")",
                why: "reports and logs would not fit the database's times",
                mend: "let both follow the same time servers")
        }
        return .pass("clock", "this host and the database agree within \(clockLimit)")
    }

    /// A look that failed decides nothing.
    static func undecided(_ name: StaticString, _ error: PostgresError) -> DoctorCheck {
        let failure = JobFailure(error)
        return .notDecided(name, why: failure.message, mend: failure.next ?? "run again")
    }
}
