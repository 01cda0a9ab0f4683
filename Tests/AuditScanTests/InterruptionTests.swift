import Foundation
import ScanCorpus
import TestSupport
import Testing

/// Scans that are stopped, or lose the database, in the middle.
struct InterruptionTests {
    private let stage: ScanStage

    init() throws { stage = try ScanStage() }

    /// Backwards in SQL, so that the server's log of statements holds no key.
    private func backwards(_ number: Int) -> String { String(stage.keys[number].key.text.reversed()) }

    @Test func `what a query gave before it failed is told`() throws {
        let select = """
            select case when n = 1 then reverse('\(backwards(0))') else (1 / (n - 2))::text end
            from generate_series(1, 2) n
            """
        let end = try stage.scan(["--query", select])
        #expect(end.status != 0 && end.counts["leaks"] == 1 && end.counts["unread_sources"] == 1, "\(end.output)")
        #expect(end.findings.first?["source"] as? String == "query 1")
        #expect(end.coverage.count == 1 && end.coverage[0]["status"] as? String == "fail")
        #expect(end.output.contains("broke off"))
        #expect(!end.output.contains(stage.keys[0].key.text.suffix(12)))
    }

    @Test func `a query without a leak that breaks off ends as one that gave nothing`() throws {
        let atOnce = try stage.scan(["--query", "select 1 / 0"])
        let later = try stage.scan(["--query", "select 1 / (n - 2) from generate_series(1, 2) n"])
        #expect(atOnce.status > 1 && later.status == atOnce.status, "\(later.output)")
        #expect(later.outcome == atOnce.outcome && later.counts["unread_sources"] == 1)
    }

    @Test func `a stop signal ends a query that waits, and what was found before is told`() throws {
        try stage.log("one \(stage.keys[0].key.text)\n")
        let child = try stage.start([stage.logs, "--query", "select pg_sleep(60)"])
        try stage.waitForStatement("pg_sleep")
        let began = ContinuousClock.now
        child.send(SIGTERM)
        let end = ScanEnd(child.wait())
        #expect(ContinuousClock.now - began < .seconds(20))
        // A leak weighs more than a stop.
        #expect(end.status == 1 && end.outcome == "findings", "\(end.output)")
        #expect(end.counts["leaks"] == 1 && end.findings.count == 1)
        let report = try String(contentsOfFile: end.report + "/report.json", encoding: .utf8)
        #expect(report.contains("the scan was stopped"))
        #expect(try stage.database.psql("select count(*) from byok.job_leases") == "0")
    }

    @Test func `a key that a lost database kept from being disabled is found and disabled by the next scan`() throws {
        try stage.log("one \(stage.keys[0].key.text)\n")
        let arguments = [stage.logs, "--disable-leaked", "--state", stage.folder + "/state"]
        let child = try stage.start(
            arguments + ["--query", "select pg_sleep(60)"], with: ["BYOK_RECONNECT_BUDGET": "1s"])
        try stage.waitForStatement("pg_sleep")
        try admit(0)
        _ = try stage.database.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
                + "where datname = current_database() and usename = 'byok_scan'")
        let lost = ScanEnd(child.wait())
        #expect(lost.status == 1 && lost.counts["leaks"] == 1 && lost.counts["disabled"] == 0, "\(lost.output)")
        #expect(lost.counts["unread_sources"] == 2)
        #expect(lost.findings.first?["key_id"] as? String == stage.keys[0].id.uuidString.lowercased())
        try admit(-1)
        // Nobody could give it back.
        _ = try stage.database.psql("delete from byok.job_leases")
        let next = try stage.scan(arguments)
        #expect(next.counts["leaks"] == 1 && next.counts["disabled"] == 1, "\(next.output)")
        #expect(try stage.scan(arguments).status == 0)
    }

    /// How many may connect who are not superusers.
    private func admit(_ count: Int) throws {
        _ = try stage.database.psql(
            "do $$ begin execute format('alter database %I connection limit \(count)', current_database()); end $$")
    }

    @Test func `a dry run finds and tells, and leaves nothing behind`() throws {
        try stage.log("one \(stage.keys[0].key.text)\n")
        let end = try stage.scan(
            [stage.logs, "--disable-leaked", "--state", stage.folder + "/state", "--dry-run"])
        #expect(end.status == 1 && end.outcome == "findings", "\(end.output)")
        #expect(end.counts["leaks"] == 1 && end.counts["disabled"] == 0 && end.report.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: stage.folder + "/state"))
        #expect(!FileManager.default.fileExists(atPath: stage.folder + "/reports"))
        let rows = "select (select count(*) from byok.job_runs) + (select count(*) from byok.job_leases)"
        #expect(try stage.database.psql(rows) == "0")
        #expect(
            try stage.database.psql("select status from byok.api_keys where id = '\(stage.keys[0].id)'") == "active")
    }
}
