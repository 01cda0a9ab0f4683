import Foundation
import TestSupport
import Testing

struct MissedTests {
    @Test func `a key that was disabled for nine days cost what its plan analyses cost more`() throws {
        let stage = try SavingsStage()
        try stage.key(
            901, user: 1, ("added", "2026-01-01Z"), ("disabled", "2026-10-08T06:00Z"),
            ("replaced", "2026-10-17T06:00Z"),
            ("enabled", "2026-10-17T06:00Z"))
        try stage.add(3, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-10-05T10:00Z")
        // The first minute of the outage and its last are in it; the next is not.
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", provider: nil, at: "2026-10-08T06:00Z")
        try stage.add(4, "plan", user: 1, list: "4", charged: "4", at: "2026-10-12T10:00Z")
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-17T05:59:59Z")
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-17T06:00Z")

        let ended = try stage.run()

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.missed == ["key_disabled": "15", "user_choice": "2.5"])
        let outage = try #require(ended.rows("Disabled keys").first)
        #expect(outage["hours"] as? String == "216")
        #expect(outage["credits_missed"] as? String == "15" && outage["analyses"] as? Int == 6)
        #expect(outage["ended_by"] as? String == "replaced")
        #expect(outage["mended_at"] as? String == "2026-10-17T06:00:00Z")
        #expect(ended.users[0]["hours_disabled"] == "216" && ended.users[0]["missed_key_disabled"] == "15")
    }

    @Test func `an outage that began before the period and one that lasts are counted within it`() throws {
        let stage = try SavingsStage()
        try stage.key(901, user: 1, ("added", "2026-01-01Z"), ("disabled", "2026-09-30Z"), ("enabled", "2026-10-02Z"))
        try stage.key(902, user: 2, ("added", "2026-01-01Z"), ("disabled", "2026-10-31Z"))
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-01T00:00Z")
        try stage.add(1, "plan", user: 2, list: "4", charged: "4", at: "2026-10-31T23:00Z")

        let ended = try stage.run()

        #expect(ended.missed == ["key_disabled": "5"])
        #expect(ended.rows("Disabled keys").compactMap { $0["hours"] as? String } == ["24", "24"])
        #expect(ended.rows("Disabled keys").compactMap { $0["ended_by"] as? String } == ["enabled"])
    }

    @Test(arguments: [
        ("fallback", "key_refused", "key_rejected"), ("fallback", "provider_balance_empty", "provider_balance_empty"),
        ("fallback", "rate_limited", "rate_limited"), ("fallback", "provider_outage", "provider_outage"),
        ("fallback", "not_checked", "not_checked"), ("fallback", "something else", "unknown"),
        ("fallback", nil, "unknown"), ("plan", nil, "no_key"),
    ]) func `the recorded reason is the cause`(mode: String, reason: String?, cause: String) throws {
        let stage = try SavingsStage()
        try stage.add(2, mode, user: 1, list: "4", charged: "4", reason: reason)

        #expect(try stage.run().missed == [cause: "5"])
    }

    @Test func `a kind without a price on an own key is not eligible, and nothing is missed`() throws {
        let stage = try SavingsStage()
        try stage.add(2, "plan", user: 1, list: "4", charged: "4", kind: "novel")
        let ended = try stage.run()
        #expect(ended.missed == ["type_not_eligible": "unknown"])
        #expect(ended.users[0]["eligible"] == "0" && ended.users[0]["credits_missed"] == "0")
    }

    @Test func `of several keys the usable one counts, and a deleted key leaves no key`() throws {
        let stage = try SavingsStage()
        try stage.key(901, user: 1, ("added", "2026-01-01Z"), ("disabled", "2026-10-02Z"))
        try stage.key(
            902, user: 1, ("added", "2026-10-04Z"), ("enabled", "2026-10-04Z"), ("deleted", "2026-10-06Z"))
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-03Z")
        try stage.add(2, "plan", user: 1, list: "4", charged: "4", at: "2026-10-05Z")
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-07Z")
        try stage.key(
            903, user: 2, ("added", "2026-10-04Z"), ("enabled", "2026-10-04Z"), ("deleted", "2026-10-06Z"))
        for day in ["03", "05", "07"] {
            try stage.add(1, "plan", user: 2, list: "4", charged: "4", at: "2026-10-\(day)Z")
        }

        #expect(try stage.run().missed == ["key_disabled": "5", "user_choice": "7.5", "no_key": "5"])
    }

    @Test func `a price that changes within the period splits the rows, and the younger of two overlapping holds`()
        throws
    {
        let stage = try SavingsStage()
        try stage.price("5", "2", from: "2026-10-16Z")
        try stage.price("9", "8", from: "2026-10-20Z", until: "2026-10-21Z")
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-15T23:59:59Z")
        try stage.add(1, "plan", user: 1, list: "5", charged: "5", at: "2026-10-16T00:00Z")
        try stage.add(1, "plan", user: 1, list: "9", charged: "9", at: "2026-10-20T12:00Z")

        try stage.add(1, "plan", user: 1, list: "5", charged: "5", at: "2026-10-21T00:00Z")

        let ended = try stage.run()

        // 4 - 1.5, 5 - 2, 9 - 8, and 5 - 2 again when the younger is over
        #expect(ended.missed == ["no_key": "9.5"])
        #expect(
            ended.rows("The price list of the period").compactMap { $0["rate_percent"] as? String }.sorted() == [
                "-11.11", "-60.00", "-62.50",
            ])
    }

    @Test func `the mode is what was recorded, whatever the amounts look like`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "plan", user: 1, list: "4", charged: "1.5")
        try stage.add(1, "own_key", user: 2, list: "4", charged: "4")
        let ended = try stage.run()
        #expect(ended.counts["own_key"] == 1 && ended.counts["plan"] == 1)
        #expect(ended.averages == ["0.00", "0.00", "0.00", "0.00"])
        #expect(ended.fact("Credits not charged") == "2.5")
    }

    @Test func `of keys of several providers that counts which the kind has a price for`() throws {
        let stage = try SavingsStage()
        try stage.price(kind: "seo", provider: "openai", "3", "1")
        try stage.key(
            901, user: 1, ("added", "2026-01-01Z"), ("disabled", "2026-10-08Z"), ("replaced", "2026-10-17Z"))
        try stage.key(902, user: 1, provider: "openai", ("added", "2026-01-01Z"), ("enabled", "2026-01-01Z"))
        try stage.add(10, "plan", user: 1, list: "4", charged: "4", at: "2026-10-10T10:00Z")
        try stage.add(2, "plan", user: 1, list: "3", charged: "3", kind: "seo", provider: nil, at: "2026-10-10T12:00Z")

        let ended = try stage.run()

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.missed == ["key_disabled": "25", "user_choice": "4"])
        #expect(ended.rows("Disabled keys").first?["credits_missed"] as? String == "25")
    }

    @Test func `a plan analysis without a provider is eligible where its kind has a price on an own key`() throws {
        let stage = try SavingsStage()
        try stage.price(kind: "audit_web", provider: "openai", "4", "2")
        try stage.add(2, "plan", user: 1, list: "4", charged: "4", provider: nil)
        // A key of a provider that the kind has no price for does not help.
        try stage.key(901, user: 2, provider: "groq", ("added", "2026-01-01Z"))
        try stage.add(1, "plan", user: 2, list: "4", charged: "4", provider: nil)

        let ended = try stage.run()

        // At least: the dearer of the two prices on an own key.
        #expect(ended.missed == ["no_key": "6"])
        #expect(ended.users.compactMap { $0["eligible"] } == ["2", "1"])
    }

    @Test func `a closed month stays what it was, whatever becomes of a key afterwards`() throws {
        let stage = try SavingsStage()
        try stage.storedKey(901, user: 1, status: "active")
        try stage.key(901, user: 1, ("added", "2026-09-01Z"), ("enabled", "2026-09-01Z"))
        try stage.storedKey(902, user: 2)
        try stage.key(902, user: 2, ("added", "2026-10-02Z"))
        for user in [1, 2] { try stage.add(1, "plan", user: user, list: "4", charged: "4") }
        try stage.key(903, user: 3, ("added", "2026-01-01Z"), ("disabled", "2026-10-08Z"))
        let before = try stage.run()
        #expect(before.missed == ["user_choice": "2.5", "not_checked": "2.5"])

        // One is replaced and waits for its look; the other has had it; a third came back.
        _ = try stage.database.psql(
            """
            update byok.api_keys set status = 'unchecked' where id = '\(SavingsStage.id(901))';
            update byok.api_keys set status = 'active' where id = '\(SavingsStage.id(902))';
            """)
        try stage.key(901, user: 1, ("replaced", "2026-11-05Z"))
        try stage.key(902, user: 2, ("enabled", "2026-11-03Z"))
        try stage.key(903, user: 3, ("replaced", "2026-11-04Z"))
        let after = try stage.run()

        #expect(after.files == before.files)
        for name in after.files where name != "manifest.json" {
            #expect(after.text(name) == before.text(name), "\(name)")
        }
    }

    /// Two plan analyses, on the first and on the fifth of October: what a usable key would have spared, 2.5 each.
    @Test(arguments: [
        // Stored without a look, refused at its first and second: it never worked.
        (["added 09-20", "suspected 10-02", "disabled 10-03"], ["not_checked": "2.5", "key_disabled": "2.5"]),
        (["added 09-20", "suspected 10-02"], ["not_checked": "5"]),
        (["added 09-20", "deleted 10-03"], ["not_checked": "2.5", "no_key": "2.5"]),
        (["added 09-20", "replaced 10-03"], ["not_checked": "5"]),
        (["added 09-20", "replaced 10-03", "enabled 10-04"], ["not_checked": "2.5", "user_choice": "2.5"]),
        // It worked, and a refusal leaves it usable until it is disabled.
        (["added 09-20", "enabled 09-20", "suspected 09-25"], ["user_choice": "5"]),
        (["added 09-20", "enabled 09-20", "suspected 09-25", "enabled 10-03"], ["user_choice": "5"]),
        (["added 09-20", "enabled 09-20", "replaced 10-03"], ["user_choice": "2.5", "not_checked": "2.5"]),
        // Undone: what never worked is not proved by it, what did work is usable again.
        (["added 09-20", "suspected 09-21", "disabled 09-22", "undone 09-23"], ["not_checked": "5"]),
        (
            ["added 09-20", "enabled 09-20", "disabled 09-22", "undone 10-03"],
            ["key_disabled": "2.5", "user_choice": "2.5"]
        ),
    ]) func `a key counts as usable from when it was found to work`(history: [String], missed: [String: String]) throws
    {
        let stage = try SavingsStage()
        for event in history.map({ $0.split(separator: " ").map(String.init) }) {
            try stage.key(901, user: 1, (event[0] == "undone" ? "enabled" : event[0], "2026-\(event[1])Z"))
            guard event[0] == "undone" else { continue }
            _ = try stage.database.psql(
                "update byok.key_events set reason = 'undone' where id = (select max(id) from byok.key_events)")
        }
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-01Z")
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-05Z")

        #expect(try stage.run().missed == missed)
    }

    @Test func `a fallback that names its key is that key's, whatever else the user had`() throws {
        let stage = try SavingsStage()
        try stage.key(
            901, user: 1, ("added", "2026-01-01Z"), ("enabled", "2026-01-01Z"), ("disabled", "2026-10-08Z"),
            ("enabled", "2026-10-17Z"))
        try stage.key(902, user: 1, ("added", "2026-01-01Z"), ("enabled", "2026-01-01Z"))
        try stage.add(5, "fallback", user: 1, list: "4", charged: "4", at: "2026-10-10Z", reason: "key_disabled")
        _ = try stage.database.psql("update byok.analyses set key_id = '\(SavingsStage.id(901))'")
        // Without a key's id it is nobody's: a usable key was there.
        try stage.add(1, "fallback", user: 1, list: "4", charged: "4", at: "2026-10-11Z", reason: "key_disabled")

        let ended = try stage.run()

        // 6 x 2.5, of these 5 x 2.5
        #expect(ended.missed == ["key_disabled": "15"])
        let outages = ended.rows("Disabled keys")
        #expect(outages.map { $0["key_id"] as? String } == [SavingsStage.id(901)])
        #expect(outages.first?["analyses"] as? Int == 5 && outages.first?["credits_missed"] as? String == "12.5")
    }

    @Test
    func `a fallback is of the key that it names, or else of the one that the user had, wherever it ran in the end`()
        throws
    {
        let stage = try SavingsStage()
        try stage.price(kind: "audit_web", provider: "openai", "4", "3")
        try stage.key(901, user: 1, ("added", "2026-01-01Z"), ("enabled", "2026-01-01Z"))
        // 4 - 1.5 on the key named; openai's own price would have been 3.
        try stage.add(1, "fallback", user: 1, list: "4", charged: "4", provider: "openai", reason: "rate_limited")
        _ = try stage.database.psql("update byok.analyses set key_id = '\(SavingsStage.id(901))'")
        // groq has no price on an own key for it, and the user had a key of anthropic.
        try stage.add(2, "fallback", user: 1, list: "4", charged: "4", provider: "groq", reason: "provider_outage")
        // Nobody's key is named: what was recorded counts.
        try stage.add(1, "fallback", user: 2, list: "4", charged: "4", provider: "openai", reason: "provider_outage")
        // Of the user's own keys only: this one is another's.
        try stage.add(1, "fallback", user: 3, list: "4", charged: "4", provider: "groq", reason: "rate_limited")
        _ = try stage.database.psql(
            "update byok.analyses set key_id = '\(SavingsStage.id(901))' where user_id = '\(SavingsStage.id(3))'")
        // The key that is named has no price for it: not that of where it ran.
        try stage.key(902, user: 4, provider: "mistral", ("added", "2026-01-01Z"), ("enabled", "2026-01-01Z"))
        try stage.add(1, "fallback", user: 4, list: "4", charged: "4", provider: "openai", reason: "rate_limited")
        _ = try stage.database.psql(
            "update byok.analyses set key_id = '\(SavingsStage.id(902))' where user_id = '\(SavingsStage.id(4))'")

        let ended = try stage.run()

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.missed == ["rate_limited": "2.5", "provider_outage": "6", "type_not_eligible": "unknown"])
        #expect(ended.users.compactMap { $0["eligible"] } == ["3", "1", "0", "0"])
    }

    @Test func `while a key is set aside nobody knows why the plan was used`() throws {
        let stage = try SavingsStage()
        try stage.storedKey(901, user: 1, status: "active")
        try stage.key(901, user: 1, ("added", "2026-09-01Z"), ("enabled", "2026-09-01Z"))
        _ = try stage.database.psql(
            "update byok.api_keys set quarantined_at = '2026-10-10Z', quarantine_reason = 'not_authentic'")
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-09T23:59Z")
        try stage.add(2, "plan", user: 1, list: "4", charged: "4", at: "2026-10-10T00:00Z")

        #expect(try stage.run().missed == ["user_choice": "2.5", "unknown": "5"])
    }

    @Test func `what an analysis of an unknown charge missed is unknown, and counted`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "plan", user: 1, list: "4", charged: "4")
        try stage.add(2, "plan", user: 1, list: "4", charged: "null")

        let ended = try stage.run()

        #expect(ended.users[0]["credits_missed"] == "2.5" && ended.users[0]["missed_not_known"] == "2")
        let row = try #require(ended.rows("Credits missed by cause").first)
        #expect(row["analyses"] as? Int == 3 && row["not_known"] as? Int == 2)
    }

    @Test func `where no charge is known, neither is what was charged or missed: that is not zero`() throws {
        let stage = try SavingsStage()
        try stage.add(2, "plan", user: 1, list: "4", charged: "null")

        let ended = try stage.run()

        let user = try #require(ended.users.first)
        #expect(user["credits_charged"] == "" && user["credits_missed"] == "" && user["missed_no_key"] == "")
        #expect(user["missed_not_known"] == "2" && user["missed_user_choice"] == "0" && user["analyses_no_key"] == "2")
        #expect(ended.fact("Credits charged") == nil && ended.fact("Credits missed") == nil)
        let row = try #require(ended.rows("Credits missed by cause").first)
        #expect(row["credits_missed"] is NSNull && row["not_known"] as? Int == 2)
        #expect(ended.text("users.jsonl").contains(#""credits_missed":null"#))
    }
}
