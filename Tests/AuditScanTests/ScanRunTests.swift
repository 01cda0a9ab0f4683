import Foundation
import ScanCorpus
import TestSupport
import Testing

struct ScanRunTests {
    private let stage: ScanStage

    init() throws { stage = try ScanStage() }

    @Test func `a clean log ends with 0, and says what was read`() throws {
        try stage.log("nothing to see\n")
        let end = try stage.scan([stage.logs])
        #expect(end.status == 0, "\(end.output)")
        #expect(end.outcome == "done" && end.counts["keys_known"] == 6 && end.counts["keys_stored"] == 6)
        #expect(end.counts["bytes"] == 15)
    }

    @Test func `a stored key's fragment is told with key, owner and place, in every format, and never shown`() throws {
        let (id, key) = stage.keys[4]
        let fragment = String(key.text.dropFirst(6).prefix(22))
        try stage.log("first\nsecond " + fragment + " end\n")
        let end = try stage.scan([stage.logs])
        #expect(end.status == 1 && end.outcome == "findings", "\(end.output)")
        let finding = try #require(end.findings.first)
        #expect(
            finding["kind"] as? String == "stored_key" && finding["key_id"] as? String == id.uuidString.lowercased())
        #expect(finding["line"] as? Int == 2 && finding["provider"] as? String == "mistral")
        for file in ["report.json", "report.html", "report.sarif", "report.junit.xml"] {
            let text = try String(contentsOfFile: end.report + "/" + file, encoding: .utf8)
            #expect(!text.contains(fragment.prefix(8)))
            #expect(text.contains("stored"), "\(file)")
        }
        #expect(!end.output.contains(fragment.prefix(8)))
    }

    @Test func `what a baseline told is not told again, and a new leak of the same key is`() throws {
        try stage.log("one \(stage.keys[0].key.text)\n")
        let first = try stage.scan([stage.logs])
        let again = try stage.scan([stage.logs, "--baseline", first.report + "/report.json"])
        #expect(again.status == 0 && again.counts["known_leaks"] == 1)
        try stage.log("one \(stage.keys[0].key.text)\ntwo \(stage.keys[0].key.text)\n")
        let third = try stage.scan([stage.logs, "--baseline", first.report + "/report.json"])
        #expect(third.status == 1 && third.counts["leaks"] == 1)
    }

    @Test func `a state lets the next scan read only what is new, over a rotation too`() throws {
        try stage.log("one \(stage.keys[0].key.text)\n")
        let arguments = [stage.logs + "/app.log", "--state", stage.folder + "/state"]
        #expect(try stage.scan(arguments).counts["leaks"] == 1)
        #expect(try stage.scan(arguments).status == 0)
        let handle = try FileHandle(forWritingTo: URL(filePath: stage.logs + "/app.log"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("two \(stage.keys[1].key.text)\n".utf8))
        try handle.close()
        try FileManager.default.moveItem(
            atPath: stage.logs + "/app.log", toPath: stage.logs + "/app.log.1")
        try stage.log("three \(stage.keys[2].key.text)\n")
        let rotated = try stage.scan(arguments)
        #expect(rotated.counts["leaks"] == 2, "\(rotated.output) \(rotated.findings)")
        #expect(try stage.scan(arguments + ["--full"]).counts["leaks"] == 1)
    }

    @Test func `two files whose names are one text in two spellings each keep their place`() throws {
        let names = ["caf\u{e9} 100%.log", "cafe\u{301} 100%.log"]
        #expect(names[0] == names[1])
        for (index, name) in names.enumerated() { try stage.log("one \(stage.keys[index].key.text)\n", name) }
        let arguments = [stage.logs, "--state", stage.folder + "/state"]
        #expect(try stage.scan(arguments).counts["leaks"] == 2)
        let again = try stage.scan(arguments)
        #expect(again.status == 0 && again.counts["bytes"] == 0, "\(again.output)")
    }

    @Test func `an unknown stored key makes a clean scan incomplete`() throws {
        _ = try stage.database.psql("delete from byok.key_fingerprints where key_id = '\(stage.keys[0].id)'")
        try stage.log("nothing\n")
        let end = try stage.scan([stage.logs])
        #expect(end.status == 1 && end.outcome == "incomplete" && end.counts["keys_known"] == 5)
    }

    @Test func `a source that cannot be read makes a clean scan incomplete, and hostile names stay harmless`() throws {
        let name = "evil\u{1b}[31m.log"
        #expect(mkfifo(stage.logs + "/" + name, 0o600) == 0)
        let end = try stage.scan([stage.logs])
        #expect(end.status == 1 && end.outcome == "incomplete" && end.counts["unread_sources"] == 1)
        #expect(!end.output.utf8.contains(0x1B))
        #expect(end.output.contains("is no file"))
    }

    @Test func `standard input, a query and the audit table are sources`() throws {
        let key = stage.keys[2].key.text
        #expect(try stage.scan(["-"], input: "x \(key)\n").counts["leaks"] == 1)
        // Backwards, so that the server's log of statements holds no key.
        let backwards = String(key.reversed())
        let query = try stage.scan(["--query", "select 'a' || chr(10) || reverse('\(backwards)') as t"])
        #expect(query.counts["leaks"] == 1, "\(query.output)")
        #expect(!query.output.contains(key.suffix(12)))
        #expect(try stage.scan(["--audit-log"]).status == 0)
        _ = try stage.database.psql(
            "select byok.record_audit('note', jsonb_build_object('text', reverse('\(backwards)')))")
        #expect(try stage.scan(["--audit-log"]).counts["leaks"] == 1)
    }

    @Test func `a leaked key is disabled when that is asked for, with its mail and its history`() throws {
        try stage.log("one \(stage.keys[0].key.text) and again \(stage.keys[0].key.text)\n")
        #expect(try stage.scan([stage.logs]).counts["disabled"] == 0)
        let end = try stage.scan([stage.logs, "--disable-leaked"])
        #expect(end.counts["disabled"] == 1, "\(end.output)")
        let state = try stage.database.psql(
            "select status, disabled_reason from byok.api_keys where id = '\(stage.keys[0].id)'")
        #expect(state == "disabled|leaked")
        #expect(try stage.database.psql("select count(*) from byok.email_outbox") == "1")
    }

    @Test func `no source, no scan key and a wrong query each have their own end`() throws {
        #expect(try stage.scan([]).status == 78)
        #expect(try stage.scan([stage.folder], with: ["BYOK_SCAN_KEY": ""]).status == 78)
        #expect(try stage.scan(["--query", "select * from nothing_there"]).status == 78)
        #expect(try stage.scan(["--query", "delete from byok.audit_log returning 1"]).status != 0)
        #expect(try stage.scan([stage.folder], with: ["PGPORT": "1", "BYOK_RECONNECT_BUDGET": "0s"]).status == 69)
    }

    @Test func `without a database forms are found, and the scan is never called clean`() throws {
        try stage.log("x \(stage.keys[5].key.text)\n")
        let end = try stage.scan([stage.logs, "--no-database"])
        #expect(end.status == 1 && end.outcome == "findings" && end.counts["leaks"] == 1)
        try stage.log("clean\n")
        #expect(try stage.scan([stage.logs, "--no-database"]).outcome == "incomplete")
    }

    @Test func `an archive is told once, and again only when it is another one`() throws {
        let archive = stage.logs + "/app.log.1.gz"
        try stage.compress("one \(stage.keys[0].key.text)\n", into: archive)
        let arguments = [stage.logs, "--state", stage.folder + "/state"]
        #expect(try stage.scan(arguments).counts["leaks"] == 1)
        let again = try stage.scan(arguments)
        #expect(again.status == 0 && again.counts["bytes"] == 0, "\(again.output)")
        try stage.compress("two \(stage.keys[1].key.text)\nthree \(stage.keys[2].key.text)\n", into: archive)
        #expect(try stage.scan(arguments).counts["leaks"] == 2)
    }

    @Test func `a log that rotation compressed at once is no gap, and one that is gone is`() throws {
        try stage.log("one\n")
        let arguments = [stage.logs, "--state", stage.folder + "/state"]
        #expect(try stage.scan(arguments).status == 0)
        // Held open, or the new file could get the old one's inode.
        let first = try #require(FileHandle(forReadingAtPath: stage.logs + "/app.log"))
        try FileManager.default.removeItem(atPath: stage.logs + "/app.log")
        try stage.compress("one\ntwo\n", into: stage.logs + "/app.log.1.gz")
        try stage.log("three\n")
        #expect(try stage.scan(arguments).status == 0)
        let second = try #require(FileHandle(forReadingAtPath: stage.logs + "/app.log"))
        try FileManager.default.removeItem(atPath: stage.logs + "/app.log")
        try stage.log("four\n")
        let gap = try stage.scan(arguments)
        #expect(gap.outcome == "incomplete" && gap.output.contains("was replaced"), "\(gap.output)")
        try first.close()
        try second.close()
    }

    @Test func `the audit table is read on from its last settled line`() throws {
        let backwards = String(stage.keys[2].key.text.reversed())
        let tell = "select byok.record_audit('note', jsonb_build_object('text', reverse('\(backwards)')))"
        _ = try stage.database.psql(tell)
        _ = try stage.database.psql(
            "set session_replication_role = replica; update byok.audit_log set at = at - interval '2 hours'")
        let arguments = ["--audit-log", "--state", stage.folder + "/state"]
        #expect(try stage.scan(arguments).counts["leaks"] == 1)
        #expect(try stage.scan(arguments).counts["leaks"] == 0)
        _ = try stage.database.psql(tell)
        #expect(try stage.scan(arguments).counts["leaks"] == 1)
        #expect(try stage.scan(arguments + ["--full"]).counts["leaks"] == 2)
    }

    @Test func `escapes in a column are found as they were written there`() throws {
        let codes = stage.keys[0].key.text.utf8.map { String($0) }.joined(separator: ",")
        let select = """
            select string_agg('\\u00' || lpad(to_hex(c), 2, '0'), '' order by place)
            from unnest(array[\(codes)]) with ordinality u (c, place)
            """
        #expect(try stage.scan(["--query", select]).counts["leaks"] == 1)
    }

    @Test func `a chain of renamed logs, the last one deleted, is no gap`() throws {
        for (name, text) in [("app.log", "c\n"), ("app.log.1", "b\n"), ("app.log.2", "a\n")] {
            try stage.log(text, name)
        }
        let arguments = [stage.logs, "--state", stage.folder + "/state"]
        #expect(try stage.scan(arguments).status == 0)
        let held = try #require(FileHandle(forReadingAtPath: stage.logs + "/app.log.2"))
        try FileManager.default.removeItem(atPath: stage.logs + "/app.log.2")
        for (from, to) in [("app.log.1", "app.log.2"), ("app.log", "app.log.1")] {
            try FileManager.default.moveItem(atPath: stage.logs + "/" + from, toPath: stage.logs + "/" + to)
        }
        try stage.log("d \(stage.keys[3].key.text)\n")
        let second = try stage.scan(arguments)
        #expect(second.outcome == "findings" && second.counts["unread_sources"] == 0, "\(second.output)")
        #expect(try stage.scan(arguments).status == 0)
        try held.close()
    }

    @Test func `more leaks than are listed are counted, and told again until they are not`() throws {
        var random = CorpusRandom(seed: 12)
        let many = (0..<10_050).map { _ in "key AIzaSy\(random.base62(4))Q7k\(random.base62(9)) refused\n" }
        try stage.log(many.joined())
        let arguments = [stage.logs, "--state", stage.folder + "/state"]
        let end = try stage.scan(arguments)
        let count = try #require(end.counts["leaks"])
        #expect(count > 10_000 && end.findings.count == 10_000)
        let junit = try String(contentsOfFile: end.report + "/report.junit.xml", encoding: .utf8)
        #expect(junit.contains("\(count - 10_000) more leaks"))
        #expect(try stage.scan(arguments).counts["leaks"] == count)
    }

    @Test func `a leak is told though the run cannot be recorded`() throws {
        try stage.log("one \(stage.keys[0].key.text)\n")
        _ = try stage.database.psql("revoke execute on all functions in schema byok from public")
        let finish = "select oid::regprocedure from pg_proc where proname = 'finish_run'"
        _ = try stage.database.psql("revoke execute on function \(try stage.database.psql(finish)) from byok_scan")
        let end = try stage.scan([stage.logs, "--state", stage.folder + "/state"])
        #expect(end.status == 77 && end.counts["leaks"] == 1, "\(end.output)")
        #expect(end.findings.count == 1)
    }
}
