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
