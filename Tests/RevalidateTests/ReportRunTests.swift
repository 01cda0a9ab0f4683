import Foundation
import TestSupport
import Testing

/// What runs of the executable leave in the report folder.
@Suite struct ReportRunTests {
    private func told(_ ended: Ended) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(ended.stdout.utf8)) as? [String: Any])
    }

    private func report(_ ended: Ended) throws -> [String: Any] {
        let path = try #require(try told(ended)["report"] as? String)
        let bytes = try Data(contentsOf: URL(filePath: path).appending(path: "report.json"))
        return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    private func check(_ part: String, in report: [String: Any]) -> String? {
        let checks = report["checks"] as? [[String: Any]] ?? []
        return checks.first { ($0["name"] as? String)?.contains(part) == true }?["status"] as? String
    }

    @Test func `an index that cannot be written costs the run its status, not its report`() throws {
        let stage = try Stage()
        try FileManager.default.createDirectory(
            at: stage.folder.appending(path: "reports/index.html/x"), withIntermediateDirectories: true)

        let ended = try stage.run([], try Simulator())

        #expect(ended.status == 74 && ended.outcome == "not_written")
        #expect(check("books", in: try report(ended)) == "pass")
        #expect(try stage.count("byok.job_runs where exit_status = 74 and report_digest is not null") == 1)
    }

    @Test func `a run that cannot be recorded still says where its report lies`() throws {
        let stage = try Stage()
        _ = try stage.database.psql("revoke execute on all functions in schema byok from public")
        _ = try stage.database.psql(
            "do $$ declare f text; begin for f in select p.oid::regprocedure from pg_proc p"
                + " where p.pronamespace = 'byok'::regnamespace and p.proname = 'finish_run'"
                + " loop execute 'revoke execute on function ' || f || ' from byok_revalidate'; end loop; end $$")

        let ended = try stage.run([], try Simulator())

        #expect(ended.status == 77)
        #expect(check("books", in: try report(ended)) == "pass")
    }

    @Test func `hours without a run since the first one fail the report and not the run`() throws {
        let stage = try Stage()
        _ = try stage.database.psql(
            """
            insert into byok.job_runs (run_id, job, shard, started_at, finished_at, exit_status)
            select gen_random_uuid(), 'revalidate', '', date_trunc('hour', now()) + b::interval,
                date_trunc('hour', now()) + e::interval, case when e is null then null else 0 end
            from (values ('-7h', null), ('-5h50min', '-5h49min'), ('-3h50min', '-1h50min')) v (b, e)
            """)

        let ended = try stage.run([], try Simulator())
        let report = try report(ended)

        #expect(ended.status == 0)
        #expect(check("every hour", in: report) == "fail")
        let sections = report["sections"] as? [[String: Any]] ?? []
        let calendar = sections.first { $0["title"] as? String == "Run calendar" }
        let gaps = (calendar?["tables"] as? [[String: Any]])?.last?["rows"] as? [[String: Any]] ?? []
        // should the hour turn meanwhile, the last gap is an hour longer
        #expect(gaps.count == 2 && gaps.first?["hours"] as? Int == 1)
    }

    @Test func `the first run ever has no past to judge`() throws {
        let ended = try Stage().run([], try Simulator())
        #expect(ended.status == 0)
        #expect(check("every hour", in: try report(ended)) == "not_decided")
    }
}
