import TestSupport
import Testing

/// Users who are in no average of rates.
struct LeftOutTests {
    @Test func `whoever is in no average is counted, by the reason`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(1, "plan", user: 2, list: "4", charged: "4")
        try stage.add(1, "plan", user: 3, list: "4", charged: "4")
        try stage.add(1, "own_key", user: 4, list: "0", charged: "1")
        try stage.add(1, "own_key", user: 5, list: "null", charged: "1.5")
        try stage.add(1, "own_key", user: 6, list: "4", charged: "1.5", at: "2026-09-05Z")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select id, '2026-10-20Z', 'refund', -1.5 from byok.analyses where started_at < '2026-10-01Z'
            """)

        let ended = try stage.run()

        let rows = ended.rows("Users left out of mean and median")
        #expect(
            rows.map { "\($0["reason"] ?? "") \($0["users"] ?? "")" } == [
                "returns_only 1", "no_key 2", "all_set_aside 1", "list_zero 1",
            ])
        #expect(ended.averages == ["-37.50", "-62.50", "-62.50", "-37.50"])
        let tieOut = (ended.report["tie_outs"] as? [[String: Any]] ?? []).first { $0["name"] as? String == "Users" }
        #expect((tieOut?["left"] as? [String: Any])?["value"] as? Int == 6 && tieOut?["status"] as? String == "pass")
        for (name, word) in [("report.html", "no key of their own"), ("report.fr.html", "pas de clé propre")] {
            #expect(ended.text(name).contains(word))
        }
    }
}
