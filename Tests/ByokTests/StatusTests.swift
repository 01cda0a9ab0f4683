import Foundation
import TestSupport
import Testing

@Suite struct StatusTests {
    let desk = try! DoctorDesk()

    private func section(_ name: String, _ finished: Finished) throws -> [String: Any] {
        let status = try #require(try desk.object(finished)["status"] as? [String: Any])
        return try #require(status[name] as? [String: Any])
    }

    private func rows(_ name: String, _ finished: Finished) throws -> [[String: Any]] {
        try #require(try section(name, finished)["rows"] as? [[String: Any]])
    }

    @Test func `every part is told, in one object whose form stays`() throws {
        let finished = try desk.byok(["status", "--json"])
        let object = try desk.object(finished)

        #expect(finished.status == 0)
        #expect(Set(object.keys) == ["job", "run_id", "outcome", "exit", "counts", "report", "status"])
        let status = try #require(object["status"] as? [String: [String: Any]])
        #expect(
            Set(status.keys) == [
                "keys", "due", "suspected", "quarantined", "runs", "leases", "guards", "pauses", "master_keys",
                "fingerprints", "mails", "schema", "visible_keys",
            ])
        for part in status.values { #expect(Set(part.keys) == ["read", "why_not", "complete", "rows"]) }
    }

    @Test func `keys are counted by provider and state, and what is due and overdue too`() throws {
        try desk.addKey(1)
        try desk.addKey(2)
        try desk.addKey(3, provider: "groq", verdict: "null")
        _ = try desk.database.psql(
            """
            update byok.api_keys set status = 'suspected', first_refused_at = now(), next_check_at = now() + '1 day'
            where label = 'key 2';
            update byok.api_keys set last_checked_at = now() - interval '8 days', next_check_at = now() where label = 'key 1'
            """)
        let finished = try desk.byok(["status", "--json"])

        let keys = try rows("keys", finished)
        #expect(keys.map { $0["provider"] as? String } == ["anthropic", "groq"])
        #expect(
            keys[0]["active"] as? Int == 1 && keys[0]["suspected"] as? Int == 1 && keys[1]["unchecked"] as? Int == 1)
        let due = try rows("due", finished)
        #expect(due[0]["due"] as? Int == 1 && due[0]["overdue"] as? Int == 1)
        let suspected = try rows("suspected", finished)
        #expect(suspected.count == 1 && suspected[0]["decided_at"] as? String != nil)
        #expect(try rows("fingerprints", finished)[0]["keys"] as? Int == 3)
        #expect(try rows("master_keys", finished)[0]["rows"] as? Int == 3)
    }

    @Test func `runs, leases, tripped guards, mails and pauses are told`() throws {
        _ = try desk.database.psql(
            """
            insert into byok.job_runs values
                (gen_random_uuid(), 'revalidate', '', now() - interval '2 h', now() - interval '2 h', 0),
                (gen_random_uuid(), 'revalidate', '', now() - interval '1 h', now() - interval '1 h', 70);
            select byok.acquire_lease('revalidate', '', 'pod-7', '1 min');
            insert into byok.guards (provider, run_id, looked, refused) values ('groq', gen_random_uuid(), 9, 8);
            insert into byok.email_outbox (user_id, key_id, kind, payload, idempotency_key)
            values (gen_random_uuid(), gen_random_uuid(), 'key_disabled', '{}', 'x');
            insert into byok.pauses (job, reason) values ('*', 'moving house')
            """)
        let finished = try desk.byok(["status", "--json"])

        let runs = try rows("runs", finished)
        #expect(runs.count == 1 && runs[0]["exit"] as? Int == 70)
        #expect(runs[0]["outcome"] as? String == "books do not balance")
        #expect(try rows("leases", finished)[0]["holder"] as? String == "pod-7")
        let tripped = try rows("guards", finished).filter { $0["tripped"] as? Bool == true }
        #expect(tripped.map { $0["provider"] as? String } == ["groq"])
        #expect(try rows("mails", finished)[0]["queued"] as? Int == 1)
        #expect(try rows("pauses", finished)[0]["reason"] as? String == "moving house")
    }

    @Test func `a part that this role may not read says so, in text and JSON`() throws {
        let text = try desk.byok(["status"], role: "byok_savings")
        let json = try desk.byok(["status", "--json"], role: "byok_savings")

        #expect(text.status == 1 && json.status == 1)
        #expect(text.stdout.contains("guards\n  not read: this role may not read it (SQLSTATE 42501)"))
        let guards = try section("guards", json)
        #expect(guards["read"] as? Bool == false && guards["complete"] as? Bool == false)
        #expect(try section("keys", json)["read"] as? Bool == true)
    }

    @Test func `hidden keys are said first and end with 77`() throws {
        try desk.addKey(1)
        _ = try desk.database.psql("alter policy suite on byok.api_keys to byok_app")
        let finished = try desk.byok(["status"])

        #expect(finished.status == 77)
        #expect(finished.stdout.hasPrefix("row security shows this session 0 of 1 keys"))
    }

    @Test func `a hostile label stays on its line`() throws {
        try desk.addKey(1, label: "a\u{1B}]52;c;x\u{07}\u{202E}b\nroot: all is well")
        _ = try desk.database.psql("update byok.api_keys set quarantined_at = now(), quarantine_reason = 'unreadable'")

        for arguments in [["status"], ["status", "--json"]] {
            let finished = try desk.byok(arguments)
            #expect(finished.stdout.contains("all is well"))
            for mark in ["\u{1B}", "\u{07}", "\u{202E}", "\nroot:"] { #expect(!finished.stdout.contains(mark)) }
        }
    }

    @Test func `a database that is not there ends with 69, in JSON too`() throws {
        let finished = try desk.byok(
            ["status", "--json"], with: ["PGHOST": "/nonexistent", "BYOK_RECONNECT_BUDGET": "0s"])

        #expect(finished.status == 69)
        #expect(try desk.object(finished)["exit"] as? Int == 69)
    }
}
