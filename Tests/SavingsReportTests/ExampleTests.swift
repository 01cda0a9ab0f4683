import Foundation
import TestSupport
import Testing

/// `reports/sample/savings-report/`, the committed example, is what this version writes of a small ledger.
struct ExampleTests {
    private static let folder = Repository.root.appending(path: "reports/sample/savings-report")

    /// `BYOK_ACCEPT_REPORTS=1` writes the example anew; read the difference before committing it.
    @Test func `the committed example is what a run would leave`() throws {
        let stage = try SavingsStage()
        try stage.price("5", "1.75", from: "2026-10-16Z")
        try stage.key(901, user: 1, ("added", "2026-01-01Z"))
        try stage.key(
            902, user: 2, ("added", "2026-01-01Z"), ("disabled", "2026-10-08T06:00Z"), ("replaced", "2026-10-17T06:00Z")
        )
        try stage.key(903, user: 3, ("added", "2026-02-01Z"))
        try stage.add(60, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-10-03T08:00Z")
        try stage.add(30, "own_key", user: 1, list: "5", charged: "1.75", at: "2026-10-20T08:00Z")
        try stage.add(25, "own_key", user: 2, list: "4", charged: "1.5", at: "2026-10-02T09:00Z")
        try stage.add(18, "plan", user: 2, list: "4", charged: "4", at: "2026-10-10T09:00Z")
        try stage.add(8, "own_key", user: 2, list: "5", charged: "1.75", at: "2026-10-18T09:00Z")
        try stage.add(9, "own_key", user: 3, list: "4", charged: "1.5", at: "2026-10-04T10:00Z")
        try stage.add(6, "fallback", user: 3, list: "4", charged: "4", at: "2026-10-05T10:00Z", reason: "rate_limited")
        try stage.add(
            2, "fallback", user: 3, list: "5", charged: "5", at: "2026-10-25T10:00Z", reason: "provider_outage")
        try stage.add(40, "plan", user: 4, list: "4", charged: "4", at: "2026-10-07T11:00Z")
        try stage.add(5, "plan", user: 4, list: "2", charged: "2", kind: "content", at: "2026-10-28T11:00Z")
        _ = try stage.database.psql(
            """
            insert into byok.provider_bills (user_id, provider, month, currency, amount, source)
            values ('\(SavingsStage.id(2))', 'anthropic', '2026-10-01', 'EUR', 1.60, 'bill 2026-10-0042');
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '2026-10-29Z', 'refund', -1.5 from byok.credit_ledger where id = 1
            """)

        let ended = try stage.run(
            "--claims", Repository.path("reports/claims.json"), "--credit-price", "0.20 EUR", "--credit-price-source",
            "price page, 2026-09-01")

        #expect(ended.status == 0, "\(ended.stderr)")
        // The statements lie among the sources, and say themselves which they were.
        for name in ended.files where name != "manifest.json" && !name.hasPrefix("query-") {
            let committed = Self.folder.appending(path: name)
            if ProcessInfo.processInfo.environment["BYOK_ACCEPT_REPORTS"] != nil {
                try Data(ended.text(name).utf8).write(to: committed)
            }
            #expect(ended.text(name) == (try String(contentsOf: committed, encoding: .utf8)), "\(name)")
        }
    }
}
