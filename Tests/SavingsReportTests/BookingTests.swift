import Foundation
import TestSupport
import Testing

/// What the ledger has booked, and what it has not, twice, late or for nobody.
struct BookingTests {
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

    /// Of a service whose clock goes slow.
    @Test(arguments: ["2026-10-01T00:00:10Z", "2026-10-05Z", "2026-11-05Z"])
    func `a charge that comes again is one where the first was booked before the period`(again: String) throws {
        let stage = try SavingsStage()
        try stage.add(1, "plan", user: 1, list: "4", charged: "4", at: "2026-10-01T00:00:05Z")
        try stage.add(1, "plan", user: 2, list: "4", charged: "4")
        _ = try stage.database.psql(
            "update byok.credit_ledger set at = '2026-09-30T23:59:50Z' where at < '2026-10-02Z'")
        let once = try stage.run()
        #expect(once.status == 0, "\(once.stderr)")
        #expect(once.users.compactMap { $0["credits_booked_outside"] } == ["4", "0"])

        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '\(again)', entry, credits from byok.credit_ledger order by id limit 1
            """)
        let twice = try stage.run()

        #expect(twice.status == 70)
        #expect(twice.users.compactMap { $0["credits_booked"] } == ["8", "4"])
        #expect(twice.check("Users, analyses and ledger add up to the same") == "fail")
        #expect(twice.check("Every charged analysis was booked exactly once") == "fail")
        #expect(twice.stderr.contains("were not booked once"))
    }

    @Test func `a charge is found however long before its analysis it was booked`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "plan", user: 1, list: "4", charged: "4")
        _ = try stage.database.psql("update byok.credit_ledger set at = '2026-09-01Z'")
        let ended = try stage.run()
        #expect(ended.status == 0, "\(ended.stderr)")
        #expect(ended.users[0]["credits_booked_outside"] == "4" && ended.users[0]["balanced"] == "true")
    }

    @Test(arguments: ["2026-11-05Z", "2026-11-10Z", "2027-02-01Z"])
    func `a charge that comes again is a fault of both periods, however late, until it is corrected`(at: String) throws
    {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5", at: "2026-10-20Z")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, '\(at)', entry, credits from byok.credit_ledger;
            """)
        let later = at.hasPrefix("2027") ? "2027-02" : "2026-11"

        #expect(try stage.run().status == 70)
        #expect(try stage.run("--user", SavingsStage.id(1), "--month", "2026-10").status == 70)
        let next = try stage.run("--month", later)
        #expect(next.status == 70, "\(next.stderr)")
        #expect(
            next.rows("Bookings of no analysis of this period").map { $0["reason"] as? String } == ["booked_again"])
        #expect(next.check("Every charged analysis was booked exactly once") == "fail")
        let statement = try stage.run("--user", SavingsStage.id(1), "--month", later)
        #expect(statement.status == 70, "\(statement.stderr)")
        #expect(try stage.run("--user", SavingsStage.id(2), "--month", later).status == 0)

        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select analysis_id, at + interval '1 hour', 'correction', -credits from byok.credit_ledger where id = 2
            """)
        #expect(try stage.run().status == 0)
        #expect(try stage.run("--month", later).status == 0)
    }

    @Test(arguments: [
        "insert into byok.credit_ledger (analysis_id, at, entry, credits) select analysis_id, at, entry, credits from byok.credit_ledger where credits = 0",
        "delete from byok.credit_ledger where credits = 0",
        "insert into byok.credit_ledger (analysis_id, at, entry, credits) select analysis_id, at, entry, 0 from byok.credit_ledger",
    ]) func `a booking of nothing is none, for everybody and for one user`(change: String) throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "0")
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        _ = try stage.database.psql(change)

        #expect(try stage.run().status == 0)
        #expect(try stage.run("--user", SavingsStage.id(1)).status == 0)
    }

    @Test func `a booking that is no number is in no sum, and takes none of its neighbours along`() throws {
        let stage = try SavingsStage()
        try stage.add(2, "own_key", user: 1, list: "4", charged: "1.5")
        // In the bucket of the first: 1,024 of them, by the id's hash.
        _ = try stage.database.psql(
            """
            with neighbour as (
                select n.id from (select gen_random_uuid() as id from generate_series(1, 40000)) n
                where uuid_hash(n.id) & 1023 = (
                    select uuid_hash(analysis_id) & 1023 from byok.credit_ledger where id = 1)
                limit 1
            ), spoilt as (
                insert into byok.analyses
                    (id, user_id, kind, provider, mode, credits_list, credits_charged, started_at)
                select id, '\(SavingsStage.id(2))', 'audit_web', 'anthropic', 'plan', 4, 'NaN', '2026-10-07Z' from neighbour
            )
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select id, '2026-10-07Z', 'charge', 'NaN' from neighbour
            """)

        let ended = try stage.run()

        #expect(ended.status == 65, "\(ended.stderr)")
        #expect(ended.tieOut("Charges of the ledger in the period") == ["3", "3", "pass"])
        #expect(
            ended.rows("Numbers that are missing or cannot be right").compactMap { $0["reason"] as? String }
                == ["booking_unknown", "charge_unknown"])
    }

    @Test func `a booking that is no number and belongs to nobody is named too`() throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            values ('\(SavingsStage.id(77))', '2026-10-09Z', 'charge', 'NaN')
            """)
        let ended = try stage.run()
        #expect(ended.status == 65, "\(ended.stderr)")
        #expect(ended.rows("Numbers that are missing or cannot be right").map { $0["id"] as? String } == ["ledger 2"])
        #expect(ended.check("Users, analyses and ledger") == "pass")
    }

    @Test(arguments: [("1.5", 3), ("0", 2)])
    func `bookings that cancel each other are named all the same`(charged: String, entries: Int) throws {
        let stage = try SavingsStage()
        try stage.add(1, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(1, "own_key", user: 2, list: "4", charged: charged)
        _ = try stage.database.psql(
            """
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select a.id, a.started_at, 'charge', c.credits
            from byok.analyses a, (values (1.5), (-1.5)) c (credits)
            where a.user_id = '\(SavingsStage.id(2))'
            """)

        let ended = try stage.run()

        #expect(ended.status == 70, "\(ended.stderr)")
        let named = ended.rows("Analyses not booked exactly once")
        #expect(named.count == 1 && named.first?["entries"] as? Int == entries, "\(named)")
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
        ("update byok.credit_ledger set credits = -credits where id = 1", "1"),
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
