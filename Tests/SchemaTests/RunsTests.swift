import TestSupport
import Testing

struct RunsTests {
    private let database: TestDatabase
    private let token: String
    private let run = VerdictDatabase.run(1)

    init() throws {
        database = try PrivateCluster.shared.makeDatabase(schema: true)
        token = try database.psql("SELECT token FROM byok.acquire_lease('revalidate', '0', 'test', '1 hour')")
    }

    private func start(job: String = "revalidate", token: String? = nil) -> String? {
        VerdictDatabase.sqlState {
            _ = try database.psql(
                "SELECT byok.start_run('\(run)', '\(job)', '0', '\(token ?? self.token)')", role: "byok_revalidate")
        }
    }

    private func finish(_ status: Int) -> String? {
        VerdictDatabase.sqlState {
            _ = try database.psql(
                "SELECT byok.finish_run('\(run)', \(status), '{\"valid\": 3}', NULL)", role: "byok_revalidate")
        }
    }

    @Test func `a run is written once however often its reply was lost`() throws {
        #expect(start() == nil)
        #expect(start() == nil)
        #expect(finish(0) == nil)
        #expect(finish(0) == nil)
        #expect(finish(1) == "BK005")
        #expect(start() == "BK005")
        #expect(
            try database.psql("SELECT exit_status, counts ->> 'valid', finished_at >= started_at FROM byok.job_runs")
                == "0|3|t")
    }

    @Test func `a stale token starts nothing and an unknown run does not end`() throws {
        #expect(start(token: VerdictDatabase.run(9)) == "BK001")
        #expect(finish(0) == "BK005")
        #expect(try database.psql("SELECT count(*) FROM byok.job_runs") == "0")
    }

    @Test func `the audit trail names who logged in`() throws {
        _ = try database.psql("SELECT byok.record_audit('keys.opened', '{\"count\": 4}')", role: "byok_revalidate")
        #expect(
            try database.psql("SELECT actor, action, detail ->> 'count' FROM byok.audit_log")
                == "byok_revalidate|keys.opened|4")
        #expect(
            VerdictDatabase.sqlState { _ = try database.psql("DELETE FROM byok.audit_log", role: "byok_revalidate") }
                == "42501")
    }
}
