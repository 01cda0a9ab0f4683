import TestSupport
import Testing

/// A role of one job is no way into the lease, the runs or the trail of another.
struct JobRoleTests {
    private let database: TestDatabase

    init() throws { database = try PrivateCluster.shared.makeDatabase(schema: true) }

    private func state(_ sql: String, _ role: String) -> String? {
        VerdictDatabase.sqlState { _ = try database.psql(sql, role: role) }
    }

    @Test(arguments: [
        ("byok_revalidate", "revalidate"), ("byok_rotate", "rotate-master"), ("byok_savings", "savings-report"),
        ("byok_scan", "audit-scan"), ("byok_mail", "mail"),
    ])
    func `a role leases, runs and ends its own job and no other`(role: String, job: String) throws {
        let (own, foreign) = (VerdictDatabase.run(1), VerdictDatabase.run(2))
        let lease = { (job: String) in "SELECT token FROM byok.acquire_lease('\(job)', '', 'me', '1 min')" }
        let token = try database.psql(lease(job), role: role)
        #expect(state("SELECT byok.start_run('\(own)', '\(job)', '', '\(token)')", role) == nil)
        #expect(state("SELECT byok.finish_run('\(own)', 0, '{}', NULL)", role) == nil)
        #expect(state("SELECT byok.renew_lease('\(job)', '', '\(token)', '1 min')", role) == nil)
        #expect(state("SELECT byok.release_lease('\(job)', '', '\(token)')", role) == nil)

        let other = job == "mail" ? "revalidate" : "mail"
        let alien = try database.psql(lease(other), role: "byok_operator")
        _ = try database.psql("SELECT byok.start_run('\(foreign)', '\(other)', '', '\(alien)')", role: "byok_operator")
        #expect(state(lease(other), role) == "42501")
        #expect(state("SELECT byok.start_run('\(foreign)', '\(other)', '', '\(alien)')", role) == "42501")
        #expect(state("SELECT byok.finish_run('\(foreign)', 0, '{}', NULL)", role) == "42501")
        #expect(state("SELECT byok.renew_lease('\(other)', '', '\(alien)', '1 min')", role) == "42501")
        #expect(state("SELECT byok.release_lease('\(other)', '', '\(alien)')", role) == "42501")
        #expect(try database.psql("SELECT count(*) FROM byok.job_leases") == "1")
    }

    @Test(arguments: ["byok_operator", "byok_owner"])
    func `the operator and the owner run any job`(role: String) {
        #expect(state("SELECT byok.acquire_lease('audit-scan', '', 'me', '1 min')", role) == nil)
    }

    @Test(arguments: [
        "guard.approved", "master_key.retired", "undo.done", "run.undone", "key.deleted", "job.paused",
        "quarantine.released",
    ])
    func `what only a function does, only a function records`(action: String) throws {
        for role in ["byok_revalidate", "byok_app", "byok_operator"] {
            #expect(state("SELECT byok.record_audit('\(action)', '{}')", role) == "42501")
        }
        #expect(try database.psql("SELECT count(*) FROM byok.audit_log WHERE action = '\(action)'") == "0")
    }
}
