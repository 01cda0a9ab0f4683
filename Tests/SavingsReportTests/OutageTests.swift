import TestSupport
import Testing

/// What disabled keys were the cause of, and for how long.
struct OutageTests {
    @Test(arguments: [("disabled", "enabled", "key_disabled", 1), ("enabled", "disabled", "unknown", 0)])
    func `the key that a fallback names counts, not another of its provider`(
        named: String, other: String, cause: String, analyses: Int
    ) throws {
        let stage = try SavingsStage()
        try stage.key(901, user: 1, ("added", "2026-01-01Z"), (named, "2026-10-02Z"))
        try stage.key(902, user: 1, ("added", "2026-01-01Z"), (other, "2026-10-02Z"))
        try stage.add(1, "fallback", user: 1, list: "4", charged: "4")
        _ = try stage.database.psql("update byok.analyses set key_id = '\(SavingsStage.id(901))'")

        let ended = try stage.run()

        #expect(ended.missed == [cause: "2.5"])
        let outage = try #require(ended.rows("Disabled keys").first)
        #expect(outage["analyses"] as? Int == analyses)
    }

    @Test func `hours of several outages are added before they are rounded`() throws {
        let stage = try SavingsStage()
        try stage.key(
            901, user: 1, ("added", "2026-01-01Z"), ("disabled", "2026-10-02T10:00Z"), ("enabled", "2026-10-02T10:20Z"),
            ("disabled", "2026-10-03T10:00Z"), ("enabled", "2026-10-03T10:20Z"), ("disabled", "2026-10-04T10:00Z"),
            ("enabled", "2026-10-04T10:20Z"))
        try stage.add(1, "plan", user: 1, list: "4", charged: "4")
        #expect(try stage.run().users[0]["hours_disabled"] == "1")
    }
}
