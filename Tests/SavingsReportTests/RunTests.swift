import Foundation
import TestSupport
import Testing

struct RunTests {
    private func stage() throws -> SavingsStage {
        let stage = try SavingsStage()
        try stage.add(4, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(2, "fallback", user: 2, list: "4", charged: "4", reason: "rate_limited")
        try stage.add(3, "plan", user: 3, list: "4", charged: "4")
        return stage
    }

    @Test func `the same data give the same bytes`() throws {
        let stage = try stage()
        let one = try stage.run("--credit-price", "0.2 EUR")
        let other = try stage.run("--credit-price", "0.2 EUR")
        #expect(one.status == 0 && one.files == other.files && one.folder != other.folder)
        #expect(
            one.files == [
                "disabled-keys.csv", "focus-1.2.csv", "lines.csv", "manifest.json", "query-bills.sql",
                "query-bounds.sql",
                "query-functions.sql", "query-prices.sql", "query-savings.sql", "query-token_prices.sql",
                "report.fr.html", "report.html", "report.json", "users.csv", "users.jsonl",
            ])
        for name in one.files where name != "manifest.json" { #expect(one.text(name) == other.text(name), "\(name)") }
        let id = one.report["id"] as? String ?? ""
        #expect(id.contains(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/))
        try stage.add(1, "plan", user: 3, list: "4", charged: "4")
        #expect(try stage.run("--credit-price", "0.2 EUR").report["id"] as? String != id)
    }

    @Test func `the manifest has the hash of every file`() throws {
        let ended = try stage().run()
        let manifest = try JSONSerialization.jsonObject(with: Data(ended.text("manifest.json").utf8)) as? [String: Any]
        let files = manifest?["files"] as? [[String: Any]] ?? []
        #expect(files.count == 11)
        let sums = files.map { "\($0["sha256"] as? String ?? "")  \($0["name"] as? String ?? "")\n" }.joined()
        let checked = try Subprocess.run(
            "/bin/sh", ["-c", "cd '\(ended.folder?.path ?? "")' && sha256sum -c --strict"], input: sums)
        #expect(checked.status == 0, "\(checked.stdout)")
    }

    @Test func `every format tells the same`() throws {
        let ended = try stage().run("--credit-price", "0.2 EUR")
        let objects = try ended.text("users.jsonl").split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
        #expect(objects.count == 3 && ended.users.count == 3)
        for (object, row) in zip(objects, ended.users) {
            #expect(Set(object.keys) == Set(row.keys))
            for (name, value) in object {
                let text = value is NSNull ? "" : (value as? String) ?? (value as? Bool).map { "\($0)" } ?? "\(value)"
                let count = (value as? NSNumber).map { "\($0)" }
                #expect(row[name] == text || row[name] == count, "\(name)")
            }
        }
        let charged = ended.users.compactMap { Double($0["credits_charged"] ?? "") }.reduce(0, +)
        #expect(charged == 26 && ended.fact("Credits charged") == "26")
        #expect(ended.text("report.html").contains(">26<"))
        // 4 x 1.5 + 2 x 4 + 3 x 4 = 26 credits at 0.2
        let focus = ended.text("focus-1.2.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let column = try #require(focus.first?.firstIndex(of: "EffectiveCost"))
        #expect(abs(focus.dropFirst().compactMap { Double($0[column]) }.reduce(0, +) - 5.2) < 1e-9)
    }

    @Test func `without a price of a credit there is no FOCUS file and no money`() throws {
        let ended = try stage().run()
        #expect(!ended.files.contains("focus-1.2.csv"))
        #expect(ended.users[0]["net_money"] == "" && ended.users[0]["provider_cost_basis"] == "unknown")
    }

    @Test func `net money is known where every token has a price, and unknown where one has none`() throws {
        let stage = try stage()
        _ = try stage.database.psql(
            """
            insert into byok.token_prices (provider, model, currency, input_price, output_price, source)
            values ('anthropic', 'model-1', 'EUR', 3, 15, 'a page')
            """)
        let ended = try stage.run("--credit-price", "0.2 EUR")
        // 4 x (1000 x 3 + 500 x 15) / 1,000,000 = 0.042; 10 x 0.2 - 0.042
        #expect(ended.users[0]["provider_cost"] == "0.042" && ended.users[0]["net_money"] == "1.958")
        #expect(ended.users[0]["provider_cost_basis"] == "estimated")
        #expect(try stage.run("--credit-price", "0.2 USD").users[0]["provider_cost"] == "")
        _ = try stage.database.psql(
            "update byok.analyses set input_tokens = null where id = (select min(id::text)::uuid from byok.analyses where mode = 'own_key')"
        )
        #expect(try stage.run("--credit-price", "0.2 EUR").users[0]["net_money"] == "")
    }

    @Test func `net money is unknown where what an own key saved is`() throws {
        let stage = try stage()
        _ = try stage.database.psql(
            """
            insert into byok.token_prices (provider, model, currency, input_price, output_price, source)
            values ('anthropic', 'model-1', 'EUR', 3, 15, 'a page')
            """)
        try stage.add(1, "own_key", user: 1, list: "null", charged: "1.5")
        try stage.add(2, "own_key", user: 2, list: "4", charged: "1.5")

        let ended = try stage.run("--credit-price", "0.2 EUR")

        #expect(ended.users[0]["net_money"] == "" && ended.users[0]["provider_cost"] != "")
        // 5 x 0.2 - 2 x 0.0105; nobody's net is everybody's while one is not known
        #expect(ended.users[1]["net_money"] == "0.979")
        let rows = ended.rows("What the savings are worth")
        #expect(rows.last?["item"] as? String == "net of everybody" && rows.last?["value"] is NSNull)
    }

    @Test func `a claim beyond the price list is impossible, and ends a run only where it is asked to`() throws {
        let stage = try stage()
        let claims = Repository.path("reports/claims.json")
        let told = try stage.run("--claims", claims)
        #expect(told.status == 0)
        let rows = told.rows("Claims against prices and measurements")
        #expect(rows.map { $0["status"] as? String } == ["fail", "pass"])
        #expect(rows.first?["attainable_percent"] as? String == "-62.50")
        #expect(told.check("Claim: Up to -65") == "fail")
        let failed = try stage.run("--claims", claims, "--fail-on-claim")
        #expect(failed.status == 1 && failed.outcome == "claim")
    }

    @Test func `a statement is one user's alone`() throws {
        let stage = try stage()
        _ = try stage.database.psql(
            """
            insert into byok.provider_bills (user_id, provider, month, currency, amount, source)
            select u::uuid, 'anthropic', '2026-10-01', 'EUR', 1, 'bill of ' || right(u, 1)
            from unnest(array['\(SavingsStage.id(1))', '\(SavingsStage.id(2))']) u
            """)
        let ended = try stage.run("--user", SavingsStage.id(2), "--credit-price", "0.2 EUR")
        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.counts["users"] == 1 && ended.fact("Credits missed") == "5")
        #expect(
            ended.rows("Bills of the whole months of the period").map { $0["source"] as? String } == ["bill of 2"])
        for name in ended.files {
            #expect(!ended.text(name).contains("bill of 1"))
            #expect(!ended.text(name).contains(SavingsStage.id(1)) && !ended.text(name).contains(SavingsStage.id(3)))
        }
        #expect(ended.rows("Rate against the list price").isEmpty)
    }

    @Test func `several months are reported by month, in UTC whatever the session says`() throws {
        let stage = try stage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-09-30T23:30Z")
        _ = try stage.database.psql(
            """
            insert into byok.provider_bills (user_id, provider, month, currency, amount, source)
            select '\(SavingsStage.id(1))', 'anthropic', m, 'EUR', 1, 'bill'
            from unnest('{2026-08-01,2026-09-01,2026-10-01,2026-11-01}'::date[]) m;
            alter role byok_savings set timezone = 'Pacific/Auckland'
            """)
        let ended = try stage.run("--from", "2026-09-01", "--to", "2026-11-01", "--credit-price", "0.2 EUR")
        _ = try stage.database.psql("alter role byok_savings reset timezone")
        #expect(ended.status == 0, "\(ended.stderr)")
        let months = ended.rows("By month, kind, provider, mode and price").map {
            "\($0["month"] ?? "") \($0["analyses"] ?? "")"
        }
        #expect(months == ["2026-09 1", "2026-10 2", "2026-10 4", "2026-10 3"])
        #expect(
            ended.rows("Bills of the whole months of the period").map { $0["month"] as? String }
                == ["2026-09", "2026-10"])
    }

    private static let wrong: [(arguments: [String], status: Int32)] = [
        (["--month", "2026-13"], 64), (["--month", "2026-1"], 64), (["--from", "2026-10-01"], 78),
        (["--from", "2026-10-02", "--to", "2026-10-01"], 78), (["--month", "2026-10", "--user", "somebody"], 64),
        (["--month", "2026-10", "--credit-price", "0.2"], 64),
        (["--month", "2026-10", "--credit-price=-1 EUR"], 64),
        (["--month", "2026-10", "--claims", "/nowhere"], 78), (["--month", "2026-10", "--to", "2026-11-01"], 78),
        (["--month", "2026-10", "--claims", "Package.swift"], 78),
    ]

    @Test(arguments: wrong) func `a wrong setting is told before anything is read`(arguments: [String], status: Int32)
        throws
    {
        let stage = try SavingsStage()
        var environment = stage.database.environment(role: "byok_savings")
        environment["BYOK_REPORT_DIR"] = stage.folder.path
        let finished = try Subprocess.run(
            Repository.products.appending(path: "savings-report").path, arguments, environment: environment)
        #expect(finished.status == status, "\(finished.stderr)")
        #expect(try stage.database.psql("select count(*) from byok.job_runs") == "0")
    }

    @Test func `a dry run reads and writes nothing`() throws {
        let stage = try stage()
        let ended = try stage.run("--dry-run")
        #expect(ended.status == 0 && ended.counts["analyses"] == 9 && ended.folder == nil)
        #expect(!FileManager.default.fileExists(atPath: stage.folder.appending(path: "reports").path))
        #expect(try stage.database.psql("select count(*) from byok.job_runs") == "0")
    }

    @Test func `a run is recorded with its report's digest, and leaves no draft behind`() throws {
        let stage = try stage()
        let ended = try stage.run()
        let recorded = try stage.database.psql(
            "select exit_status, report_digest is not null, counts ->> 'users' from byok.job_runs")
        #expect(recorded == "0|t|3")
        let parent = try #require(ended.folder?.deletingLastPathComponent())
        #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path).count == 1)
        #expect(try stage.database.psql("select count(*) from byok.job_leases where until > now()") == "0")
    }

    @Test func `another role, a pause and an old schema are refused`() throws {
        let stage = try stage()
        #expect(try stage.run(role: "byok_scan").status == 77)
        _ = try stage.database.psql("select byok.pause('savings-report', 'test')", role: "byok_operator")
        #expect(try stage.run().status == 75)
        _ = try stage.database.psql("select byok.resume('savings-report', 'test')", role: "byok_operator")
        _ = try stage.database.psql("update byok.migrations set number = 42 where number > 42")
        #expect(try stage.run().status == 78)
    }

    @Test func `a folder that cannot be written ends with 74`() throws {
        let stage = try stage()
        try Data().write(to: stage.folder.appending(path: "file"))
        let ended = try stage.run(with: ["BYOK_REPORT_DIR": stage.folder.appending(path: "file").path])
        #expect(ended.status == 74)
    }
}
