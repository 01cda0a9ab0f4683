import TestSupport
import Testing

/// Ledgers whose sums and four averages were worked out by hand.
struct LedgerTests {
    struct Group: Sendable {
        let count: Int
        let mode: String
        let list, charged: String

        init(_ count: Int, _ mode: String, _ list: String = "4", _ charged: String? = nil) {
            self.count = count
            self.mode = mode
            self.list = list
            self.charged = charged ?? (mode == "own_key" ? "1.5" : list)
        }
    }

    struct Ledger: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let users: [[Group]]
        let list, charged, saved: String
        /// Ratio of sums, mean, median, own-key analyses only.
        let averages: [String?]

        init(
            _ name: String, _ users: [[Group]], _ list: String, _ charged: String, _ saved: String,
            _ averages: String?...
        ) {
            testDescription = name
            self.users = users
            self.list = list
            self.charged = charged
            self.saved = saved
            self.averages = averages
        }
    }

    static let ledgers: [Ledger] = [
        // 4 x 4 = 16, 4 x 1.5 = 6
        Ledger("own key only", [[Group(4, "own_key")]], "16", "6", "10", "-62.50", "-62.50", "-62.50", "-62.50"),
        // 16 at list, 2 x 1.5 + 2 x 4 = 11; 5 / 16
        Ledger(
            "half fell back", [[Group(2, "own_key"), Group(2, "fallback")]], "16", "11", "5", "-31.25", "-31.25",
            "-31.25", "-62.50"),
        // rates -62.5 and 0; 2.5 / 8
        Ledger(
            "two users, one saves", [[Group(1, "own_key")], [Group(1, "fallback")]], "8", "5.5", "2.5", "-31.25",
            "-31.25", "-31.25", "-62.50"),
        // 40 + 8 + 4 = 52, 15 + 5.5 + 4 = 24.5; 27.5 / 52 = 52.8846; (62.5 + 31.25 + 0) / 3
        Ledger(
            "a large user pulls the ratio",
            [[Group(10, "own_key")], [Group(1, "own_key"), Group(1, "fallback")], [Group(1, "fallback")]], "52", "24.5",
            "27.5", "-52.88", "-31.25", "-31.25", "-62.50"),
        // 24, 14; 10 / 24; (62.5 + 62.5 + 31.25 + 0) / 4 = 39.0625; (62.5 + 31.25) / 2 = 46.875
        Ledger(
            "an even number of users",
            [
                [Group(1, "own_key")], [Group(2, "own_key")], [Group(1, "own_key"), Group(1, "fallback")],
                [Group(1, "fallback")],
            ], "24", "14", "10", "-41.67", "-39.06", "-46.88", "-62.50"),
        // 4 + 2 = 6, 1.5 + 1 = 2.5; 3.5 / 6 = 58.333
        Ledger(
            "two prices", [[Group(1, "own_key"), Group(1, "own_key", "2", "1")]], "6", "2.5", "3.5", "-58.33", "-58.33",
            "-58.33", "-58.33"),
        // +50 and -50: nothing is clamped
        Ledger(
            "one paid more", [[Group(1, "own_key", "4", "6")], [Group(1, "own_key", "4", "2")]], "8", "8", "0", "0.00",
            "0.00", "0.00", "0.00"),
        // 3 x 0.1 = 0.3, 3 x 0.0333 = 0.0999; 0.2001 / 0.3
        Ledger(
            "fractions stay exact", [[Group(3, "own_key", "0.1", "0.0333")]], "0.3", "0.0999", "0.2001", "-66.70",
            "-66.70", "-66.70", "-66.70"),
        Ledger(
            "a list price of zero has no rate", [[Group(1, "own_key", "0", "0")]], "0", "0", "0", nil, nil, nil, nil),
        // Of 16 and 13.5, the plan's 12 and 12 are of a user without a key.
        Ledger(
            "users without a key are not averaged", [[Group(1, "own_key")], [Group(3, "plan")]], "16", "13.5", "2.5",
            "-62.50", "-62.50", "-62.50", "-62.50"),
        // 2.5 / 16 = 15.625
        Ledger(
            "what a user with a key ran on the plan counts", [[Group(1, "own_key"), Group(3, "plan")]], "16", "13.5",
            "2.5", "-15.63", "-15.63", "-15.63", "-62.50"),
        // 1024, 614; 410 / 1024 = 40.039; 200 / 8 = 25; (31.25 + 6.25) / 2
        Ledger(
            "eight users, four averages",
            [
                [Group(100, "own_key")], [Group(50, "own_key"), Group(50, "fallback")],
                [Group(10, "own_key"), Group(10, "fallback")], [Group(2, "own_key"), Group(18, "fallback")],
                [Group(1, "own_key"), Group(9, "fallback")], [Group(1, "own_key")], [Group(1, "fallback")],
                [Group(4, "fallback")],
            ], "1024", "614", "410", "-40.04", "-25.00", "-18.75", "-62.50"),
        // 99.9999999999 % rounds to 100
        Ledger(
            "the largest numbers a row holds", [[Group(2, "own_key", "99999999.9999", "0.0001")]], "199999999.9998",
            "0.0002", "199999999.9996", "-100.00", "-100.00", "-100.00", "-100.00"),
        Ledger("nothing at all", [], "0", "0", "0", nil, nil, nil, nil),
    ]

    @Test(arguments: ledgers) func `a ledger comes to what was worked out by hand`(ledger: Ledger) throws {
        let stage = try SavingsStage()
        for (user, groups) in ledger.users.enumerated() {
            for group in groups {
                try stage.add(group.count, group.mode, user: user + 1, list: group.list, charged: group.charged)
            }
        }

        let ended = try stage.run()

        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.fact("Credits at list price") == ledger.list)
        #expect(ended.fact("Credits charged") == ledger.charged)
        #expect(ended.fact("Credits not charged") == ledger.saved)
        #expect(ended.averages == ledger.averages)
        #expect(ended.users.count == ledger.users.count)
    }

    /// What one random ledger holds, for the same seed the same.
    private struct Chance: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func `a random ledger ties out, and a touched one does not`(
        seed: UInt64
    ) throws {
        var chance = Chance(state: seed)
        let stage = try SavingsStage()
        for user in 1...Int.random(in: 2...9, using: &chance) {
            for _ in 0..<Int.random(in: 1...4, using: &chance) {
                let mode = ["own_key", "plan", "fallback"].randomElement(using: &chance) ?? "plan"
                let list = Double(Int.random(in: 0...90_000, using: &chance)) / 10_000
                let charged = Double(Int.random(in: 1...90_000, using: &chance)) / 10_000
                try stage.add(
                    Int.random(in: 1...12, using: &chance), mode, user: user, list: "\(list)", charged: "\(charged)",
                    at: "2026-10-\(Int.random(in: 10...31, using: &chance))T23:55Z")
            }
        }
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select id, '2026-10-31T23:59Z', 'refund', -0.25 from byok.analyses order by id limit \(seed)
            """)

        let ended = try stage.run()
        #expect(ended.status == 0, "\(ended.stderr)")
        let inPeriod = "started_at >= '2026-10-01Z' and started_at < '2026-11-01Z'"
        let sums = try stage.database.psql(
            "select trim_scale(sum(credits_list)), trim_scale(sum(credits_charged)) from byok.analyses where \(inPeriod)"
        )
        #expect("\(ended.fact("Credits at list price") ?? "")|\(ended.fact("Credits charged") ?? "")" == sums)
        #expect((ended.report["tie_outs"] as? [[String: Any]] ?? []).allSatisfy { $0["status"] as? String == "pass" })

        // One booking goes to another analysis of the same charge: every sum stays, and yet it is seen.
        _ = try stage.database.psql(
            """
            update byok.credit_ledger l set analysis_id = o.other
            from (
                select min(id::text)::uuid as one, max(id::text)::uuid as other from byok.analyses
                where \(inPeriod) group by user_id, credits_charged having count(*) > 1 limit 1
            ) o
            where l.analysis_id = o.one and l.entry = 'charge'
            """)
        let touched = try stage.run()
        #expect(touched.status == 70)
        #expect(touched.rows("Analyses not booked exactly once").count == 2)
    }
}
