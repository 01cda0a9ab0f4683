import Foundation
import TestSupport
import Testing

/// What own keys cost at the providers: billed, estimated or unknown. Each made-up analysis has 1,000 tokens in, 500 out.
struct CostTests {
    /// 0.0105 an analysis with anthropic, nothing known of others.
    private func stage() throws -> SavingsStage {
        let stage = try SavingsStage()
        _ = try stage.database.psql(
            """
            insert into byok.token_prices (provider, model, currency, input_price, output_price, source)
            values ('anthropic', 'model-1', 'EUR', 3, 15, 'a page')
            """)
        try stage.add(4, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-09-30T23:59Z")
        try stage.add(2, "own_key", user: 2, list: "4", charged: "1.5")
        try stage.add(3, "own_key", user: 2, list: "4", charged: "1.5", provider: "openai")
        try stage.add(1, "own_key", user: 3, list: "4", charged: "1.5")
        try stage.add(1, "own_key", user: 3, list: "4", charged: "1.5", provider: "openai")
        try stage.add(1, "plan", user: 4, list: "4", charged: "4")
        _ = try stage.database.psql(
            """
            update byok.analyses set input_tokens = null
            where user_id = '\(SavingsStage.id(3))' and provider = 'openai'
            """)
        return stage
    }

    private func bill(
        _ stage: SavingsStage, user: Int, _ provider: String, _ amount: String, _ month: String = "2026-10-01",
        currency: String = "EUR"
    ) throws {
        _ = try stage.database.psql(
            """
            insert into byok.provider_bills (user_id, provider, month, currency, amount, source)
            values ('\(SavingsStage.id(user))', '\(provider)', '\(month)', '\(currency)', \(amount), 'bill 1')
            """)
    }

    private func costs(_ ended: SavingsEnded) -> [String] {
        ended.users.map { user in
            [
                "analyses_costed", "analyses_billed", "provider_billed", "provider_estimated", "provider_cost",
                "provider_cost_basis", "net_money",
            ].map { user[$0] ?? "?" }.joined(separator: " ")
        }
    }

    private func byBasis(_ ended: SavingsEnded) -> [String] {
        ended.rows("Provider cost by basis").map {
            "\($0["basis"] ?? "") \($0["analyses"] ?? "") \($0["cost"] as? String ?? "null")"
        }
    }

    private func bills(_ ended: SavingsEnded) -> [String] {
        ended.rows("Bills of the whole months of the period").map { row in
            ["month", "provider", "user_id", "amount", "source"].map { row[$0] as? String ?? "?" }.joined(
                separator: " ")
        }
    }

    @Test func `a bill takes the place of what its analyses were estimated at, and what has neither is unknown`() throws
    {
        let stage = try stage()
        try bill(stage, user: 1, "anthropic", "0.5")
        try bill(stage, user: 2, "openai", "0.3")
        // Of another currency, of another month, and for somebody who ran nothing on a key.
        try bill(stage, user: 3, "openai", "7", currency: "USD")
        try bill(stage, user: 3, "openai", "7", "2026-09-01")
        try bill(stage, user: 4, "openai", "9")

        let ended = try stage.run("--credit-price", "0.2 EUR")

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(
            costs(ended) == [
                // 10 x 0.2 - 0.5
                "4 4 0.5  0.5 billed 1.5",
                // 2 x 0.0105 + 0.3; 12.5 x 0.2 - 0.321
                "5 3 0.3 0.021 0.321 estimated 2.179",
                "1 0  0.0105  unknown ", "0 0    unknown ",
            ])
        #expect(byBasis(ended) == ["billed 7 0.8", "estimated 3 0.0315", "unknown 1 null"])
        #expect(ended.tieOut("Bills of providers") == ["9.8", "9.8", "pass"])
        #expect(
            bills(ended) == [
                "2026-10 anthropic \(SavingsStage.id(1)) 0.5 bill 1", "2026-10 openai \(SavingsStage.id(2)) 0.3 bill 1",
                "2026-10 openai \(SavingsStage.id(4)) 9 bill 1",
            ])
        #expect(ended.text("users.jsonl").contains(#""provider_billed":null"#))
        #expect(ended.text("report.fr.html").contains("une facture de ce mois"))
    }

    @Test func `a bill is for whole months of the period, each by itself`() throws {
        let stage = try stage()
        try bill(stage, user: 1, "anthropic", "0.5")
        try bill(stage, user: 1, "anthropic", "0.0625", "2026-09-01")

        let part = try stage.run("--from", "2026-10-02", "--to", "2026-11-01", "--credit-price", "0.2 EUR")
        let early = try stage.run("--from", "2026-10-01", "--to", "2026-10-31", "--credit-price", "0.2 EUR")
        let both = try stage.run("--from", "2026-09-01", "--to", "2026-11-01", "--credit-price", "0.2 EUR")
        let second = try stage.run("--from", "2026-09-30", "--to", "2026-11-01", "--credit-price", "0.2 EUR")

        #expect(bills(part).isEmpty && bills(both).map { $0.prefix(7) } == ["2026-09", "2026-10"])
        #expect(costs(part).first == "4 0  0.042 0.042 estimated 1.958" && costs(early).first == costs(part).first)
        #expect(costs(both).first == "5 5 0.5625  0.5625 billed 1.9375")
        // September's analysis is estimated, as only a day of September is asked for.
        #expect(costs(second).first == "5 4 0.5 0.0105 0.5105 estimated 1.9895")
        #expect(try stage.run().users.first?["provider_cost_basis"] == "unknown")
        #expect(
            costs(try stage.run("--user", SavingsStage.id(1), "--credit-price", "0.2 EUR"))
                == ["4 4 0.5  0.5 billed 1.5"])
    }

    @Test func `of more bills than a page holds the first thousand are listed, and how many there are is said`() throws
    {
        let stage = try stage()
        _ = try stage.database.psql(
            """
            insert into byok.provider_bills (user_id, provider, month, currency, amount, source)
            select md5('billed ' || n)::uuid, 'openai', '2026-10-01', 'EUR', 1, 'bill ' || n from generate_series(1, 1001) n
            """)
        let ended = try stage.run("--credit-price", "0.2 EUR")
        #expect(ended.rows("Bills of the whole months of the period, the first 1000 of 1001").count == 1_000)
        #expect(ended.text("report.fr.html").contains("1000 sur 1001"))
        #expect(ended.tieOut("Number of bills").last == "pass")
    }

    @Test func `of how many analyses on own keys the tokens are known is told, with a price of a credit or without`()
        throws
    {
        let ended = try stage().run()

        #expect(ended.users.map { $0["analyses_metered"] } == ["4", "5", "1", "0"])
        #expect(ended.users.map { $0["metered_percent"] } == ["100.00", "100.00", "50.00", ""])
        let rows = ended.rows("What the savings are worth")
        func value(_ item: String) -> Any? { rows.first { $0["item"] as? String == item }?["value"] }
        // 10 of 11
        #expect(value("own-key analyses with known tokens") as? Int == 10)
        #expect(value("their share of own-key analyses, %") as? String == "90.91")
    }

    @Test(arguments: [
        ("'NaN'", "2026-10-01"), ("-1", "2026-10-01"), ("1", "2026-10-02"),
    ]) func `a bill that is no number, negative or not of a month is refused`(amount: String, month: String) throws {
        let stage = try SavingsStage()
        #expect(throws: (any Error).self) { try bill(stage, user: 1, "anthropic", amount, month) }
    }
}
