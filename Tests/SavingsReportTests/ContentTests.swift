import Foundation
import TestSupport
import Testing

/// What stands in a report beside the sums.
struct ContentTests {
    @Test func `what was asked lies in the report, with the digests that it tells`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        let ended = try stage.run()

        let told = (ended.report["provenance"] as? [[String: Any]] ?? []).map {
            ($0["source"] as? String ?? "", $0["query_digest"] as? String ?? "")
        }
        #expect(Set(told.map(\.0)).isSuperset(of: ["savings", "bounds", "prices", "byok.key_spells"]))
        for (source, digest) in told where !source.hasPrefix("byok.") {
            let path = try #require(ended.folder?.appending(path: "query-\(source).sql").path)
            let summed = try Subprocess.run("/usr/bin/sha256sum", [path])
            #expect(summed.stdout.hasPrefix(digest) && digest.count == 64, "\(source)")
        }
        #expect(ended.text("query-functions.sql").contains("FUNCTION byok.key_spells"))
        let parameters = ended.rows("What was asked with").first { $0["query"] as? String == "savings" }?["parameters"]
        #expect((parameters as? String)?.hasPrefix("$1 = 2026-10-01T00:00:00Z, $2 = 2026-11-01T00:00:00Z") == true)
    }

    @Test func `FOCUS bills nothing for prepaid credits, and leaves out only what is set aside`() throws {
        let stage = try SavingsStage()
        try stage.add(3, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(1, "own_key", user: 1, list: "null", charged: "1.5")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '2026-10-20Z', 'refund', -1.5 from byok.credit_ledger where id = 1
            """)

        let ended = try stage.run("--credit-price", "0.2 EUR")

        let rows = ended.text("focus-1.2.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = try #require(rows.first)
        let (billed, effective) = (header.firstIndex(of: "BilledCost"), header.firstIndex(of: "EffectiveCost"))
        #expect(rows.dropFirst().map { $0[billed ?? 0] } == ["0.0", "0.0"])
        #expect(rows.dropFirst().map { $0[effective ?? 0] } == ["-0.3", "0.9"])
        #expect(ended.tieOut("Credits in the FOCUS file") == ["4.5", "4.5", "pass"])
        let counted = (ended.report["tie_outs"] as? [[String: Any]] ?? []).first {
            $0["name"] as? String == "Analyses in the FOCUS file"
        }
        #expect((counted?["left"] as? [String: Any])?["value"] as? Int == 4)
        #expect(counted?["status"] as? String == "pass")
    }

    @Test func `a user's flags tell of a changed price and of missing tokens, and lines split at the price`() throws {
        let stage = try SavingsStage()
        try stage.price("5", "2", from: "2026-10-16Z")
        try stage.add(5, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-10-15T10:00Z")
        try stage.add(5, "own_key", user: 1, list: "5", charged: "2", at: "2026-10-16T10:00Z")
        try stage.add(5, "own_key", user: 2, list: "4", charged: "1.5", at: "2026-10-15T10:00Z")
        _ = try stage.database.psql(
            "update byok.analyses set output_tokens = null where user_id = '\(SavingsStage.id(2))'")

        let ended = try stage.run("--credit-price", "0.2 EUR")

        #expect(ended.users.compactMap { $0["flags"] } == ["price_changed", "tokens_missing"])
        // (5 x 2.5 + 5 x 3) / 10
        #expect(ended.users[0]["break_even_credits"] == "2.75" && ended.users[0]["break_even_money"] == "0.55")
        let lines = ended.text("lines.csv").split(separator: "\n").dropFirst()
        #expect(lines.map { $0.split(separator: ",")[4...6].joined(separator: " ") } == ["4 1.5 10", "5 2 5"])
    }

    @Test func `FOCUS tells month, mode and correction of each row by its own month`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-09-20Z")
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-20Z")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '2026-09-25Z'::timestamptz, 'refund', -0.25 from byok.credit_ledger where id = 1
            union all
            select analysis_id, '2026-10-25Z', 'refund', -0.5 from byok.credit_ledger where id <= 2
            """)
        func rows(_ ended: SavingsEnded) -> [String] {
            let lines = ended.text("focus-1.2.csv").split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
            let columns = [
                "BillingPeriodStart", "ChargePeriodStart", "ChargeClass", "x_Mode", "PricingCurrencyEffectiveCost",
            ].compactMap { lines.first?.firstIndex(of: $0) }
            return lines.dropFirst().map { line in
                columns.map { line[$0].replacing("T00:00:00Z", with: "") }.joined(separator: " ")
            }
        }

        let both = try stage.run("--from", "2026-09-01", "--to", "2026-11-01", "--credit-price", "0.2 EUR")
        let part = try stage.run("--from", "2026-09-24", "--to", "2026-10-26", "--credit-price", "0.2 EUR")

        #expect(
            rows(both) == [
                "2026-09-01 2026-09-01  own_key -0.25", "2026-09-01 2026-09-01  own_key 1.5",
                "2026-10-01 2026-10-01 Correction own_key -0.5", "2026-10-01 2026-10-01  plan -0.5",
                "2026-10-01 2026-10-01  plan 4.0",
            ])
        #expect(
            rows(part) == [
                // The analysis lies before the period, and in the month that is billed.
                "2026-09-01 2026-09-24  own_key -0.25", "2026-10-01 2026-10-01 Correction own_key -0.5",
                "2026-10-01 2026-10-01  plan -0.5", "2026-10-01 2026-10-01  plan 4.0",
            ])
        #expect(part.users.first?["credits_of_earlier_periods"] == "-0.75")
        // The digits of a price are the fewest that tell it, whatever the column's scale.
        #expect(both.text("focus-1.2.csv").contains("audit_web/anthropic/own_key/4,"))
    }

    @Test func `prices of tokens stand in the report, and are part of what its id is made of`() throws {
        let stage = try SavingsStage()
        try stage.add(2, "own_key", user: 1, list: "4", charged: "1.5")
        _ = try stage.database.psql(
            """
            insert into byok.token_prices
                (provider, model, currency, input_price, output_price, source, valid_from, valid_until)
            values ('anthropic', 'model-1', 'EUR', 3, 15, 'a page, 2026-09-01', '2026-10-01Z', null),
                ('anthropic', 'model-1', 'EUR', 2, 9, 'an old page', '2026-01-01Z', '2026-09-01Z'),
                ('anthropic', 'model-1', 'USD', 4, 16, 'another page', '2026-01-01Z', null)
            """)
        func table(_ ended: SavingsEnded) -> [[String: Any]] {
            ended.rows("Token prices of the period, per million")
        }
        let ended = try stage.run("--credit-price", "0.2 EUR")

        let row = try #require(table(ended).first)
        #expect(table(ended).count == 1 && row["source"] as? String == "a page, 2026-09-01")
        #expect(row["input_price"] as? String == "3" && row["output_price"] as? String == "15")
        #expect(row["valid_from"] as? String == "2026-10-01T00:00:00Z")
        #expect(table(try stage.run()).isEmpty)

        _ = try stage.database.psql("update byok.token_prices set source = 'yet another' where currency = 'EUR'")
        #expect(try stage.run("--credit-price", "0.2 EUR").report["id"] as? String != ended.report["id"] as? String)
    }

    @Test func `digits that say nothing change nothing, whichever of the equal amounts comes first`() throws {
        let stage = try SavingsStage()
        try stage.add(4, "own_key", user: 1, list: "4", charged: "1.5")
        func longer(_ order: String) throws -> SavingsEnded {
            // A product's own ledger may have no scale.
            _ = try stage.database.psql(
                """
                alter table byok.analyses alter credits_list type numeric, alter credits_charged type numeric;
                update byok.analyses set credits_list = 4, credits_charged = 1.5;
                update byok.analyses set credits_list = 4.000000, credits_charged = 1.5000000
                where id = (select id from byok.analyses order by started_at \(order) limit 1)
                """)
            return try stage.run("--credit-price", "0.2 EUR")
        }
        let (first, last) = (try longer("asc"), try longer("desc"))
        #expect(first.status == 0, "\(first.stderr)")
        for name in first.files where name != "manifest.json" {
            #expect(first.text(name) == last.text(name), "\(name)")
        }
    }

    @Test func `who has no key has a statement all the same`() throws {
        let stage = try SavingsStage()
        try stage.add(2, "plan", user: 1, list: "4", charged: "4")
        let row = try #require(try stage.run("--user", SavingsStage.id(1)).rows("Credits by user").first)
        #expect(row["plan"] as? Int == 2 && row["credits_charged"] as? String == "8")
        #expect(row["credits_missed"] as? String == "5")
    }

    @Test func `a report read before its period is over, or judged otherwise, has an id of its own`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        let claims = Repository.path("reports/claims.json")
        let told = try stage.run("--claims", claims)
        let failed = try stage.run("--claims", claims, "--fail-on-claim")
        #expect(told.text("report.json") != failed.text("report.json"))
        #expect(told.report["id"] as? String != failed.report["id"] as? String)
    }

    @Test func `what was read is counted, and the sums are those of a reading of their own`() throws {
        let stage = try SavingsStage()
        try stage.add(3, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(2, "plan", user: 2, list: "4", charged: "4")
        // Set aside, and in the other reading all the same: 5 at list, 1 charged.
        try stage.add(1, "own_key", user: 1, list: "5", charged: "1", provider: "nobody")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '2026-10-20Z'::timestamptz, e.entry, -0.5
            from byok.credit_ledger, unnest(array['refund', 'refund', 'correction']) e (entry) where id <= 3 and id > 1
            """)

        let everybody = try stage.run()
        let one = try stage.run("--user", SavingsStage.id(1))

        // 3 x 4 + 2 x 4 + 5, less 3 x 1.5 + 2 x 4 + 1
        #expect(everybody.tieOut("Credits at list price") == ["25", "25", "pass"])
        #expect(everybody.tieOut("Credits not charged") == ["11.5", "11.5", "pass"])
        #expect(one.tieOut("Credits at list price") == ["17", "17", "pass"])
        #expect(one.tieOut("Credits not charged") == ["11.5", "11.5", "pass"])
        for (ended, charges) in [(everybody, 6), (one, 4)] {
            #expect(ended.count("Charges read") == charges)
            #expect(ended.count("Refunds read") == 4 && ended.count("Corrections read") == 2)
        }
    }

    @Test func `several months and a price change in the second split the lines at both`() throws {
        let stage = try SavingsStage()
        try stage.price("5", "2", from: "2026-10-16Z")
        try stage.price(kind: "content", provider: "anthropic", "2", "0.5")
        try stage.add(2, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-09-05Z")
        try stage.add(3, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-10-01T00:00Z")
        try stage.add(4, "own_key", user: 1, list: "5", charged: "2", at: "2026-10-16T00:00Z")
        try stage.add(1, "own_key", user: 1, list: "2", charged: "0.5", kind: "content", at: "2026-09-30T23:59Z")
        try stage.add(5, "own_key", user: 1, list: "2", charged: "0.5", kind: "content", at: "2026-10-15T23:58Z")
        try stage.add(1, "plan", user: 2, list: "4", charged: "4", at: "2026-09-05Z")
        try stage.add(1, "plan", user: 2, list: "4", charged: "4", at: "2026-10-15T23:59Z")
        try stage.add(2, "plan", user: 2, list: "5", charged: "5", at: "2026-10-20Z")

        let ended = try stage.run("--from", "2026-09-01", "--to", "2026-11-01", "--credit-price", "0.2 EUR")

        #expect(ended.status == 0, "\(ended.stderr)")
        let lines = ended.text("lines.csv").split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return [fields[0].prefix(7), fields[1], fields[3], fields[4], fields[6]].joined(separator: " ")
        }
        #expect(
            lines == [
                "2026-09 audit_web own_key 4 2", "2026-09 audit_web plan 4 1", "2026-09 content own_key 2 1",
                "2026-10 audit_web own_key 4 3", "2026-10 audit_web own_key 5 4", "2026-10 audit_web plan 4 1",
                "2026-10 audit_web plan 5 2", "2026-10 content own_key 2 5",
            ])
        // 5 x 4 + 4 x 5 + 6 x 2 + 2 x 4 + 2 x 5; 5 x 1.5 + 4 x 2 + 6 x 0.5 + 18
        #expect(ended.fact("Credits at list price") == "70" && ended.fact("Credits charged") == "36.5")
        // 2.5 in September, 2.5 and 2 x 3 in October
        #expect(ended.missed == ["no_key": "11"])
        #expect(ended.users.compactMap { $0["flags"] } == ["price_changed", "few price_changed"])
    }

    @Test
    func `a provider's bill follows the price of tokens, the younger where two overlap, and knows no other model`()
        throws
    {
        let stage = try SavingsStage()
        _ = try stage.database.psql(
            """
            insert into byok.token_prices
                (provider, model, currency, input_price, output_price, source, valid_from, valid_until)
            values ('anthropic', 'model-1', 'EUR', 3, 15, 'a', '2026-01-01Z', '2026-10-16Z'),
                ('anthropic', 'model-1', 'EUR', 6, 30, 'b', '2026-10-16Z', null),
                ('anthropic', 'model-1', 'EUR', 1, 1, 'c', '2026-10-20Z', '2026-10-21Z')
            """)
        for day in ["05", "15", "16", "20", "21"] {
            try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-10-\(day)Z")
        }
        try stage.add(2, "own_key", user: 2, list: "4", charged: "1.5")
        _ = try stage.database.psql(
            "update byok.analyses set model = 'model-2' where user_id = '\(SavingsStage.id(2))'")

        let ended = try stage.run("--credit-price", "0.2 EUR")

        // 1,000 tokens in, 500 out: 2 x 0.0105 + 0.021 + 0.0015 + 0.021; 12.5 x 0.2 less that
        #expect(ended.users[0]["provider_cost"] == "0.0645" && ended.users[0]["net_money"] == "2.4355")
        #expect(ended.users[0]["analyses_costed"] == "5")
        #expect(ended.users[1]["provider_cost"] == "" && ended.users[1]["provider_cost_basis"] == "unknown")
        #expect(ended.rows("Token prices of the period, per million").count == 3)
    }

    @Test func `who only got something back has no analyses, and a month that cost more says so`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "6")
        try stage.add(1, "own_key", user: 2, list: "4", charged: "1.5", at: "2026-09-05Z")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '2026-10-20Z', 'refund', -1.5 from byok.credit_ledger where id = 2
            """)

        let ended = try stage.run()

        let facts = ended.report["facts"] as? [[String: Any]] ?? []
        func count(_ name: String) -> Int? { facts.first { $0["name"] as? String == name }?["value"] as? Int }
        #expect(count("Users with analyses") == 1 && count("Users with returns only") == 1)
        #expect(ended.text("report.html").contains("2026-10, negative") && ended.users.count == 2)
    }
}
