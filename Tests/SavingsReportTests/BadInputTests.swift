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

    @Test func `of a user whose one list price is unknown, list and savings are unknown and the charge is told`() throws
    {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "null", charged: "1.5")

        let ended = try stage.run()

        #expect(ended.status == 65)
        let user = try #require(ended.users.first)
        #expect(user["credits_list"] == "" && user["credits_not_charged"] == "" && user["rate_percent"] == "")
        #expect(user["credits_charged"] == "1.5" && user["credits_booked"] == "1.5" && user["credits_missed"] == "0")
        #expect(ended.fact("Credits at list price") == nil && ended.fact("Credits charged") == "1.5")
        #expect(ended.check("Users, analyses and ledger") == "pass")
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

    @Test(arguments: ["credits_list", "credits_own_key"]) func `a price that is no number is not known, and named`(
        column: String
    ) throws {
        let stage = try SavingsStage()
        try stage.add(2, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(1, "plan", user: 2, list: "4", charged: "4")
        let spoil = "update byok.credit_prices set \(column) = 'NaN' where kind = 'audit_web'"
        #expect(throws: ClusterError.self) { try stage.database.psql(spoil) }
        // As an older database would have it.
        _ = try stage.database.psql("alter table byok.credit_prices drop constraint credit_prices_numbers; \(spoil)")

        let ended = try stage.run("--credit-price", "0.2 EUR")

        #expect(ended.status == 65, "\(ended.stderr)")
        let named = ended.rows("Numbers that are missing or cannot be right")
        #expect(named.map { $0["id"] as? String } == ["price audit_web anthropic"])
        #expect(named.map { $0["reason"] as? String } == ["price_unknown"])
        #expect(ended.fact("Credits not charged") == "5" && ended.check("Users, analyses and ledger") == "pass")
        #expect(ended.missed == (column == "credits_list" ? ["no_key": "2.5"] : ["type_not_eligible": "unknown"]))
        for name in ended.files where !name.hasSuffix(".sql") { #expect(!ended.text(name).contains("NaN"), "\(name)") }
    }

    @Test func `a token price that is no number is not known, and named`() throws {
        let stage = try SavingsStage()
        try stage.add(2, "own_key", user: 1, list: "4", charged: "1.5")
        _ = try stage.database.psql(
            """
            alter table byok.token_prices drop constraint token_prices_numbers;
            insert into byok.token_prices (provider, model, currency, input_price, output_price, source)
            values ('anthropic', 'model-1', 'EUR', 3, 'NaN', 'a page')
            """)

        let ended = try stage.run("--credit-price", "0.2 EUR")

        #expect(ended.status == 65, "\(ended.stderr)")
        #expect(
            ended.rows("Numbers that are missing or cannot be right").map { $0["id"] as? String }
                == ["token price anthropic model-1"])
        #expect(ended.users[0]["provider_cost"] == "" && ended.users[0]["analyses_costed"] == "0")
        // Nobody's money depends on it where none is asked for.
        #expect(try stage.run().status == 0)
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
}
