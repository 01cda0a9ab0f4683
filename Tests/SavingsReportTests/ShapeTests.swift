import TestSupport
import Testing

/// The number by which analyses are grouped: as many of them as there are kinds of analyses.
struct ShapeTests {
    private static let everyShape = """
        select byok.analysis_shape(kind, provider, mode, reason, model, list, charged) as shape
        from unnest(array['audit_web', 'content', 'anthropic']) kind, unnest(array['anthropic', 'plan', null]) provider,
            unnest(array['own_key', 'plan', 'fallback']) mode, unnest(array['rate_limited', 'plan', null]) reason,
            unnest(array['anthropic', null]) model,
            unnest('{null,0,1,-1,4,-4,1.5,15,0.0004,40000,NaN,-Infinity}'::numeric[]) list,
            unnest('{null,0,1,-1,4,-4,1.5,15,0.0004,40000,NaN,-Infinity}'::numeric[]) charged
        """

    @Test func `what differs in anything that counts has another shape, with signs and without numbers`() throws {
        let stage = try SavingsStage()

        let found = try stage.database.psql(
            "select count(*), count(*) - count(distinct s.shape), count(*) - count(s.shape) from (\(Self.everyShape)) s"
        )

        #expect(found == "23328|0|0")
    }

    @Test func `an amount written longer is the same one`() throws {
        let stage = try SavingsStage()

        let found = try stage.database.psql(
            """
            select byok.analysis_shape('audit_web', 'openai', 'plan', null, null, 4, 1.5)
                = byok.analysis_shape('audit_web', 'openai', 'plan', '', null, 4.0000, 1.50)
            """)

        #expect(found == "t")
    }

    @Test func `a charge and the same taken back are told apart, though nothing else tells them apart`() throws {
        let stage = try SavingsStage()
        try stage.key(901, user: 1, ("added", "2026-01-01Z"))
        try stage.add(3, "own_key", user: 1, list: "4", charged: "1.5")
        try stage.add(2, "own_key", user: 1, list: "4", charged: "-1.5", at: "2026-10-06T10:00Z")
        try stage.add(1, "own_key", user: 1, list: "-4", charged: "1.5", at: "2026-10-07T10:00Z")

        let ended = try stage.run()

        #expect(ended.status == 65)
        let user = try #require(ended.users.first)
        #expect(user["analyses"] == "6")
        #expect(user["irregular"] == "3")
        #expect(user["credits_list"] == "12")
        // Three and one at 1.5, two at -1.5.
        #expect(user["credits_charged"] == "3")
    }
}
