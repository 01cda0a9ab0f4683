import Foundation
import TestSupport
import Testing

struct OutboxTests {
    @Test func `the mail is a CloudEvent that tells what happened and no secret`() throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "refused", confirmAfter: "0")
        try db.settle(2, 1...1, "refused", confirmAfter: "0")

        let text = try db.database.psql("SELECT payload FROM byok.email_outbox")
        let event = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(event["specversion"] as? String == "1.0")
        #expect(event["type"] as? String == "eu.validio.byok.key_disabled.v1")
        #expect(event["source"] as? String == "/byok/revalidate")
        #expect(event["datacontenttype"] as? String == "application/json")
        #expect(event["id"] as? String == (try db.database.psql("SELECT idempotency_key FROM byok.email_outbox")))
        let data = try #require(event["data"] as? [String: Any])
        #expect(data["template"] as? String == "key_disabled")
        #expect(data["locale"] is NSNull)
        #expect(data["provider"] as? String == "anthropic")
        #expect(data["label"] as? String == "key 1")
        #expect(data["key_prefix"] as? String == "sk-t")
        #expect(data["reason"] as? String == "authentication_error")
        #expect(data["disabled_at"] as? String == event["time"] as? String)
    }

    @Test func `a mail that cannot be queued keeps the key from being disabled`() throws {
        let db = try VerdictDatabase(keys: 2)
        try db.settle(1, 1...2, "refused", confirmAfter: "0")
        _ = try db.database.psql(
            "ALTER TABLE byok.email_outbox ADD CONSTRAINT broken CHECK (key_id <> '\(VerdictDatabase.key(2))')")

        #expect(VerdictDatabase.sqlState { try db.settle(2, 1...2, "refused", confirmAfter: "0") } == "23514")

        #expect(try db.count("byok.api_keys WHERE status = 'suspected'") == "2")
        #expect(try db.count("byok.email_outbox") == "0")
        #expect(try db.count("byok.key_events WHERE event = 'disabled'") == "0")
        #expect(try db.count("byok.key_checks WHERE run_id = '\(VerdictDatabase.run(2))'") == "0")
    }

    @Test func `a mail for the same change clashes and rolls back`() throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "refused", confirmAfter: "0")
        let state = VerdictDatabase.sqlState {
            _ = try db.database.psql(
                """
                BEGIN;
                INSERT INTO byok.email_outbox (user_id, key_id, kind, payload, idempotency_key)
                SELECT user_id, id, 'key_disabled', '{}', byok.disabled_event_id(id, now()) FROM byok.api_keys;
                SELECT * FROM test.settle('\(VerdictDatabase.run(2))', 1, 1, 'refused', 'x', false, '0', 1);
                COMMIT
                """)
        }
        #expect(state == "23505")
        #expect(try db.state(1) == "suspected")
    }

    @Test func `a leaked key is disabled by the same rules, and not while the guard holds`() throws {
        let db = try VerdictDatabase(keys: 8)
        let disable = { (run: Int, key: Int, revision: Int) in
            try db.database.psql(
                """
                SELECT byok.disable_key('revalidate', '0', (SELECT token FROM byok.job_leases),
                  '\(VerdictDatabase.run(run))', '\(VerdictDatabase.key(key))', \(revision), 'leaked')
                """)
        }
        #expect(try disable(1, 1, 1) == "disabled")
        #expect(try disable(1, 1, 1) == "disabled")
        #expect(try disable(2, 1, 1) == "changed")
        #expect(try disable(1, 2, 7) == "changed")
        #expect(try disable(1, 99, 1) == "deleted")
        #expect(try db.count("byok.email_outbox WHERE payload -> 'data' ->> 'reason' = 'leaked'") == "1")

        try db.settle(3, 3...8, "refused")
        #expect(try disable(4, 2, 1) == "held")
        #expect(try db.state(2) == "active")
        #expect(
            try db.database.psql("SELECT restored FROM byok.undo_run('\(VerdictDatabase.run(1))', 'a test key')") == "1"
        )
        #expect(try db.state(1) == "active")
    }
}
