import Foundation
import TestSupport
import Testing

struct BadInputTests {
    private static let hostile = [
        "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "a\u{1B}[2J\u{202E}b", "x\",y", "@SUM(1+1)",
    ]

    @Test func `hostile words are text in every file`() throws {
        let stage = try SavingsStage()
        for (number, word) in Self.hostile.enumerated() {
            try stage.add(1, "own_key", user: number + 1, list: "4", charged: "1.5", kind: word, provider: "anthropic")
        }
        _ = try stage.database.psql(
            """
            select byok.register_master_key(1, decode(repeat('a1', 32), 'hex'));
            insert into byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed)
            values ('\(SavingsStage.id(901))', '\(SavingsStage.id(1))', 'anthropic', '=1+1<b>' || chr(8238), 'sk-a', 1,
                decode('01' || repeat('ab', 60), 'hex'));
            update byok.key_events set at = '2026-01-01Z';
            insert into byok.key_events (key_id, user_id, provider, at, event, reason)
            values ('\(SavingsStage.id(901))', '\(SavingsStage.id(1))', 'anthropic', '2026-10-02Z', 'disabled', '-2+3,"');
            """)

        let ended = try stage.run("--credit-price", "0.2 EUR")

        #expect(ended.status == 0, "\(ended.stderr)")
        for name in ended.files {
            let scalars = ended.text(name).unicodeScalars
            #expect(!scalars.contains("\u{202E}") && !scalars.contains("\u{1B}"), "\(name)")
        }
        for name in ["report.html", "report.fr.html"] {
            #expect(!ended.text(name).contains("<script>"))
            #expect(ended.text(name).contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        }
        #expect(ended.text("lines.csv").contains(",'=cmd|' /C calc'!A0,"))
        #expect(ended.text("lines.csv").contains(",\"x\"\",y\","))
        #expect(ended.text("lines.csv").contains(",'@SUM(1+1),"))
        #expect(ended.text("disabled-keys.csv").contains(",'=1+1<b>\\u{202E},\"'-2+3,\"\"\","))
        #expect(ended.text("focus-1.2.csv").contains("'=cmd"))
    }

    @Test(arguments: [
        ("null", "4", "list_unknown"), ("4", "null", "charge_unknown"), ("-4", "1.5", "list_negative"),
        ("4", "-1", "charge_negative"),
    ]) func `a number that is missing or negative is named and set aside`(list: String, charged: String, reason: String)
        throws
    {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: list, charged: charged)
        try stage.add(2, "own_key", user: 2, list: "4", charged: "1.5")

        let ended = try stage.run()

        #expect(ended.status == 65)
        let row = try #require(ended.rows("Numbers that are missing or cannot be right").first)
        #expect(row["reason"] as? String == reason && row["user_id"] as? String == SavingsStage.id(1))
        #expect(ended.users[1]["rate_percent"] == "-62.50")
        #expect(ended.check("Users, analyses and ledger") == "pass")
        #expect(ended.check("No row was set aside") == "fail")
    }

    @Test func `an own key of an unknown provider is named, one of a plan is not`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5", provider: "nobody")
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5", provider: nil)
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", provider: "nobody")
        let ended = try stage.run()
        #expect(ended.status == 65 && ended.counts["irregular"] == 2)
    }

    @Test(arguments: [("'NaN'", "1.5", "list_unknown"), ("4", "'NaN'", "charge_unknown")])
    func `a number that is none is named, and poisons no sum`(list: String, charged: String, reason: String) throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: list, charged: charged, booked: false)
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        if charged == "1.5" {
            _ = try stage.database.psql(
                """
                insert into byok.credit_ledger (analysis_id, at, entry, credits)
                select id, started_at, 'charge', 1.5 from byok.analyses where credits_list = 'NaN'
                """)
        }

        let ended = try stage.run("--credit-price", "0.2 EUR")

        #expect(ended.status == 65, "\(ended.stderr)")
        #expect(ended.rows("Numbers that are missing or cannot be right").map { $0["reason"] as? String } == [reason])
        #expect(ended.fact("Credits not charged") == "2.5" && ended.averages.first == "-62.50")
        for name in ended.files where !name.hasSuffix(".sql") { #expect(!ended.text(name).contains("NaN"), "\(name)") }
    }

    @Test(arguments: ["charge", "refund", "correction"]) func `a booking that is no number is named`(entry: String)
        throws
    {
        let stage = try SavingsStage()
        try stage.add(2, "own_key", user: 1, list: "4", charged: "1.5")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select id, started_at, '\(entry)', 'NaN' from byok.analyses limit 1
            """)
        let ended = try stage.run()
        #expect(ended.status == (entry == "charge" ? 70 : 65), "\(ended.stderr)")
        #expect(
            ended.rows("Numbers that are missing or cannot be right").map { $0["id"] as? String }
                == ["ledger 3"])
        for name in ended.files where !name.hasSuffix(".sql") { #expect(!ended.text(name).contains("NaN"), "\(name)") }
    }

    @Test(arguments: [("-4", "1.5", "anthropic"), ("4", "-1", "anthropic"), ("4", "1.5", "nobody")])
    func `what is set aside is in no rate and no claim, and the ledger still adds up`(
        list: String, charged: String, provider: String
    ) throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: list, charged: charged, provider: provider)
        try stage.add(1, "own_key", user: 1, list: "4", charged: "2")
        let claims = try stage.claims(#"{"text": "half", "basis": "average", "rate_percent": "-50"}"#)

        let ended = try stage.run("--claims", claims)

        #expect(ended.status == 65, "\(ended.stderr)")
        #expect(ended.averages == ["-50.00", "-50.00", "-50.00", "-50.00"])
        #expect(ended.users[0]["credits_list"] == "4" && ended.users[0]["credits_not_charged"] == "2")
        let row = try #require(ended.rows("Claims against prices and measurements").first)
        #expect(row["measured_percent"] as? String == "-50.00" && row["status"] as? String == "pass")
        #expect(ended.check("Users, analyses and ledger") == "pass")
    }

    @Test func `what was booked for an analysis of an unknown charge is accounted for`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(1, "own_key", user: 1, list: "4", charged: "null")
        try stage.add(1, "own_key", user: 2, list: "4", charged: "1.5", at: "2026-09-30T23:59Z")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select id, started_at, 'charge', 4 from byok.analyses where credits_charged is null;
            update byok.credit_ledger set at = '2026-10-01T00:01Z' where at < '2026-10-01Z';
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            values ('\(SavingsStage.id(77))', '2026-10-09Z', 'charge', 0.25);
            """)

        let ended = try stage.run()

        #expect(ended.status == 65, "\(ended.stderr)")
        // 1.5 and 4 for the period's analyses, 1.5 for September's, 0.25 for none
        #expect(ended.tieOut("Charges of the ledger in the period") == ["7.25", "7.25", "pass"])
        #expect(ended.users[0]["credits_booked"] == "5.5" && ended.users[0]["credits_booked_unpriced"] == "4")
    }

    @Test func `the runbook for books that differ heals them`() throws {
        let stage = try SavingsStage()
        try stage.add(2, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(2, "own_key", user: 2, list: "4", charged: "1.5")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, at, entry, credits from byok.credit_ledger where id = 1;
            delete from byok.credit_ledger where id = 4;
            """)
        let broken = try stage.run()
        #expect(broken.status == 70)
        #expect(broken.rows("Analyses not booked exactly once").count == 2)

        // Months later, as jobs/README.md has it: what was booked twice is corrected, what is missing is booked.
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '2026-12-20Z'::timestamptz, 'correction', -credits from byok.credit_ledger where id = 1
            union all
            select a.id, '2026-12-20Z', 'charge', a.credits_charged from byok.analyses a
            where not exists (select from byok.credit_ledger l where l.analysis_id = a.id);
            """)
        let mended = try stage.run()

        #expect(mended.status == 0, "\(mended.stderr)")
        #expect(mended.users.compactMap { $0["balanced"] } == ["true", "true"])
        #expect(mended.check("Every charged analysis was booked exactly once") == "pass")
    }

    @Test func `two halves are not one booking`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        _ = try stage.database.psql(
            """
            update byok.credit_ledger set credits = 0.75;
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, at, entry, credits from byok.credit_ledger;
            """)
        #expect(try stage.run().status == 70)
    }

    @Test(arguments: [
        ("delete from byok.credit_ledger where id = 1", "0"),
        (
            "insert into byok.credit_ledger (analysis_id, at, entry, credits) select analysis_id, at, entry, credits from byok.credit_ledger where id = 1",
            "2"
        ),
        ("update byok.credit_ledger set credits = 2 where id = 1", "1"),
        (
            "update byok.analyses set credits_charged = 2 where id = (select analysis_id from byok.credit_ledger where id = 1)",
            "1"
        ),
    ]) func `books that differ end with 70, and the analysis is named`(fault: String, entries: String) throws {
        let stage = try SavingsStage()
        try stage.add(3, "own_key", user: 1, list: "4", charged: "1.5")
        _ = try stage.database.psql(fault)

        let ended = try stage.run()

        #expect(ended.status == 70 && ended.outcome == "broken")
        let named = ended.rows("Analyses not booked exactly once")
        #expect(named.count == 1 && named.first?["entries"] as? Int == Int(entries))
        #expect(ended.check("Users, analyses and ledger") == "fail")
    }

    @Test func `a booking whose user was deleted belongs to nobody, and is told`() throws {
        let stage = try SavingsStage()
        try stage.add(2, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(2, "own_key", user: 2, list: "4", charged: "1.5")
        _ = try stage.database.psql("delete from byok.analyses where user_id = '\(SavingsStage.id(2))'")

        let ended = try stage.run()

        #expect(ended.status == 1 && ended.outcome == "incomplete")
        let row = try #require(ended.rows("Bookings of no analysis of this period").first)
        #expect(row["entries"] as? Int == 2 && row["credits"] as? String == "3" && row["first_ids"] as? String == "3 4")
        #expect(ended.check("Every booking has its analysis") == "not_decided")
        #expect(ended.check("Users, analyses and ledger") == "pass")
    }

    @Test func `the period takes its first moment in and leaves its last out`() throws {
        let stage = try SavingsStage()
        for (user, at) in [
            "2026-09-30T23:59:59.999999Z", "2026-10-01T00:00Z", "2026-10-31T23:59:59.999999Z", "2026-11-01T00:00Z",
        ].enumerated() {
            try stage.add(1, "own_key", user: user + 1, list: "4", charged: "1.5", at: at)
        }
        // The last one is booked after midnight, and belongs to its month all the same.
        _ = try stage.database.psql("update byok.credit_ledger set at = '2026-11-01T00:00:04Z' where id = 3")
        // September's was booked in October: it is September's.
        _ = try stage.database.psql("update byok.credit_ledger set at = '2026-10-01T00:00:04Z' where id = 1")

        let ended = try stage.run()

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.users.compactMap { $0["user_id"] } == [SavingsStage.id(2), SavingsStage.id(3)])
        let elsewhere = ended.rows("Bookings of no analysis of this period")
        #expect(elsewhere.count == 1 && elsewhere.first?["reason"] as? String == "other_period")
    }

    @Test func `refunds and corrections are told apart from the rates, those of earlier periods by themselves`() throws
    {
        let stage = try SavingsStage()
        try stage.add(2, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-09-05Z")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '2026-10-20Z'::timestamptz, 'refund', -1.5 from byok.credit_ledger where id = 1
            union all select analysis_id, '2026-10-21Z'::timestamptz, 'correction', -0.5 from byok.credit_ledger where id = 3
            """)

        let ended = try stage.run()

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.averages.first == "-62.50")
        let user = ended.users[0]
        #expect(user["credits_refunded"] == "-1.5" && user["credits_corrected"] == "-0.5")
        #expect(user["credits_of_earlier_periods"] == "-0.5" && user["credits_charged"] == "3")
    }
}
