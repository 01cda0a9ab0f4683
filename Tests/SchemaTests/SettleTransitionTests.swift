import TestSupport
import Testing

struct SettleTransitionTests {
    @Test(arguments: ["valid", "restricted", "exhausted"])
    func `a key that works becomes active and is due again after 6.5 to 7 days`(verdict: String) throws {
        let db = try VerdictDatabase(keys: 40, status: "unchecked")

        #expect(try db.settle(1, 1...40, verdict) == "\(verdict) 40")

        #expect(
            try db.count(
                """
                byok.api_keys WHERE status = 'active' AND last_verdict = '\(verdict)' AND last_checked_at IS NOT NULL
                AND next_check_at - last_checked_at BETWEEN '6 days 12 hours' AND '7 days'
                """) == "40")
        #expect(try db.database.psql("SELECT count(DISTINCT next_check_at) FROM byok.api_keys") == "40")
        #expect(try db.count("byok.key_events WHERE event = 'enabled'") == "40")
    }

    @Test func `one refusal suspects, a second after the gap disables with history and mail`() throws {
        let db = try VerdictDatabase(keys: 1)

        #expect(try db.settle(1, 1...1, "refused") == "suspected 1")
        #expect(try db.state(1) == "suspected")
        #expect(try db.read("next_check_at - first_refused_at = '24 hours'", 1) == "t")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(2, 1...1, "refused") == "disabled 1")

        #expect(try db.state(1) == "disabled")
        #expect(
            try db.read("disabled_reason, disabled_by_run, next_check_at IS NULL", 1)
                == "authentication_error|\(VerdictDatabase.run(2))|t")
        #expect(
            try db.database.psql("SELECT string_agg(event, ' ' ORDER BY id) FROM byok.key_events")
                == "added enabled suspected disabled")
        #expect(try db.count("byok.email_outbox WHERE state = 'queued' AND not_before > now() + '29 min'") == "1")
    }

    @Test func `a second refusal before the gap changes nothing and waits for the gap`() throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "refused")
        try db.database.shiftTime(by: "23 hours")

        #expect(try db.settle(2, 1...1, "refused") == "suspected 1")

        #expect(try db.state(1) == "suspected")
        #expect(try db.read("next_check_at = first_refused_at + '24 hours'", 1) == "t")
        #expect(try db.count("byok.key_events WHERE event = 'suspected'") == "1")
    }

    @Test func `a slow answer needs the slow gap`() throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "refused", slow: true)
        try db.database.shiftTime(by: "167 hours")
        #expect(try db.settle(2, 1...1, "refused", slow: true) == "suspected 1")
        try db.database.shiftTime(by: "1 hour")
        #expect(try db.settle(3, 1...1, "refused", slow: true) == "disabled 1")
    }

    @Test(arguments: [(true, false), (false, true)])
    func `one slow look of the two is enough for the slow gap`(first: Bool, second: Bool) throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "refused", slow: first)
        try db.database.shiftTime(by: "25 hours")
        #expect(try db.settle(2, 1...1, "refused", slow: second) == "suspected 1")
        #expect(try db.read("next_check_at = first_refused_at + '168 hours'", 1) == "t")
        try db.database.shiftTime(by: "143 hours")
        #expect(try db.settle(3, 1...1, "refused", slow: second) == "disabled 1")
    }

    @Test func `a slow first look is forgotten with its strike`() throws {
        let db = try VerdictDatabase(keys: 2)
        try db.settle(1, 1...2, "refused", slow: true)
        try db.settle(2, 1...1, "valid")
        try db.replace(2)
        #expect(try db.count("byok.api_keys WHERE first_refused_slow") == "0")
        try db.settle(3, 1...2, "refused")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(4, 1...2, "refused") == "disabled 2")
    }

    @Test func `a suspected key that works again is cleared`() throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "refused")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(2, 1...1, "valid") == "valid 1")
        #expect(try db.read("status, first_refused_at IS NULL", 1) == "active|t")
        #expect(try db.count("byok.key_events WHERE event = 'enabled' AND run_id IS NOT NULL") == "1")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(3, 1...1, "refused") == "suspected 1")
    }

    @Test func `a key that never worked does not become usable by being refused`() throws {
        let db = try VerdictDatabase(keys: 1, status: "unchecked")

        #expect(try db.settle(1, 1...1, "refused") == "suspected 1")
        #expect(try db.read("status, first_refused_at IS NOT NULL", 1) == "unchecked|t")
        #expect(try db.count("byok.usable_keys") == "0")

        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(2, 1...1, "refused") == "disabled 1")
    }

    @Test func `transient and unknown leave the key as it was and come back soon`() throws {
        let db = try VerdictDatabase(keys: 2)
        try db.settle(1, 1...1, "refused")

        #expect(try db.settle(2, 1...1, "transient") == "transient 1")
        #expect(try db.settle(2, 2...2, "unknown") == "unknown 1")

        #expect(try db.read("status, last_verdict, next_check_at < now() + '76 min'", 1) == "suspected|refused|t")
        #expect(try db.read("status, last_checked_at IS NULL, next_check_at <= now() + '1 day'", 2) == "active|t|t")
    }

    @Test func `a late verdict neither re-enables nor touches a disabled or quarantined key`() throws {
        let db = try VerdictDatabase(keys: 2)
        try db.settle(1, 1...1, "refused", confirmAfter: "0")
        try db.settle(2, 1...1, "refused", confirmAfter: "0")
        let token = try db.database.psql("SELECT token FROM byok.job_leases")
        let (run, key) = (VerdictDatabase.run(2), VerdictDatabase.key(2))
        #expect(
            try db.database.psql(
                "SELECT byok.quarantine_key('revalidate', '0', '\(token)', '\(run)', '\(key)', 1, 'tag_mismatch')")
                == "t")

        #expect(try db.settle(3, 1...2, "valid") == "changed 2")

        #expect(try db.state(1) == "disabled")
        #expect(try db.read("quarantine_reason, last_verdict IS NULL", 2) == "tag_mismatch|t")
        #expect(
            try db.database.psql("SELECT outcome, count FROM byok.run_books('\(run)') ORDER BY 1")
                == "disabled|1\nquarantined|1")
    }

    @Test func `text that is no code reaches neither key, check, nor mail`() throws {
        let db = try VerdictDatabase(keys: 1)
        try db.settle(1, 1...1, "refused", code: "your key is <odd>", confirmAfter: "0")
        try db.settle(2, 1...1, "refused", code: "your key is <odd>", confirmAfter: "0")
        #expect(try db.read("disabled_reason", 1) == "refused")
        #expect(try db.count("byok.key_checks WHERE code IS NOT NULL") == "0")
        #expect(try db.count("byok.email_outbox WHERE payload::text LIKE '%odd%'") == "0")
    }
}
