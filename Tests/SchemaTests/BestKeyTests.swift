import TestSupport
import Testing

struct BestKeyTests {
    let database = try! SupabaseShape.makeDatabase()

    private func best(_ task: String = "audit_web", _ context: String = "{}", role: String = "byok_app") throws
        -> String
    {
        try database.psql(
            "select right(key_id::text, 1), provider from byok.best_key('\(SupabaseShape.alice)', '\(task)', '\(context)')",
            role: role)
    }

    private func set(_ assignments: String, where id: String) throws {
        _ = try database.psql("update byok.api_keys set \(assignments) where id = '\(id)'", role: "byok_owner")
    }

    @Test func `the largest discount comes first`() throws {
        try database.addKey(1, provider: "openai")
        try database.addKey(2, provider: "anthropic")

        #expect(try best() == "2|anthropic")
        #expect(
            try database.psql(
                "select credits_list, credits_own_key from byok.best_key('\(SupabaseShape.alice)', 'audit_web')",
                role: "byok_app") == "4.0000|1.5000")
    }

    @Test func `without a known discount the provider's rank decides, and no price is invented`() throws {
        try database.addKey(1, provider: "google")
        try database.addKey(2, provider: "openai")

        #expect(try best() == "2|openai")
        #expect(
            try database.psql(
                "select credits_list is null, reason like '%no discount known%' from byok.best_key('\(SupabaseShape.alice)', 'audit_web')",
                role: "byok_app") == "t|t")
    }

    @Test func `of two equal keys the one proven last is taken`() throws {
        let stale = try database.addKey(1)
        try database.addKey(2)
        try set("last_checked_at = now() - interval '6 days'", where: stale)

        #expect(try best() == "2|anthropic")
    }

    @Test func `a suspected key comes after every active one, whatever it saves`() throws {
        let suspected = try database.addKey(1, provider: "anthropic")
        try database.addKey(2, provider: "groq")
        try set("status = 'suspected', first_refused_at = now()", where: suspected)

        #expect(try best() == "2|groq")
        #expect(try best("audit_web", #"{"providers": ["anthropic"]}"#) == "1|anthropic")
    }

    @Test func `a key without credit comes after those that have some`() throws {
        try database.addKey(1, provider: "anthropic", verdict: "exhausted")
        try database.addKey(2, provider: "groq")

        #expect(try best() == "2|groq")
    }

    @Test func `unchecked, disabled and quarantined keys are never picked`() throws {
        try database.addKey(1, verdict: nil)
        let disabled = try database.addKey(2)
        let quarantined = try database.addKey(3)
        try set("status = 'disabled', disabled_at = now(), disabled_reason = 'refused'", where: disabled)
        try set("quarantined_at = now(), quarantine_reason = 'does not open'", where: quarantined)

        #expect(try best() == "")
    }

    @Test func `a provider that does not fit is passed over`() throws {
        try database.addKey(1, provider: "anthropic")
        try database.addKey(2, provider: "mistral")

        #expect(try best("embeddings") == "2|mistral")
        #expect(try best("audit_web", #"{"needs": ["european"]}"#) == "2|mistral")
        #expect(try best("audit_web", #"{"needs": ["european", "embeddings"]}"#) == "")
        #expect(try best("no such task") == "")
    }

    @Test func `a key already tried is not offered again`() throws {
        let first = try database.addKey(1)
        try database.addKey(2, provider: "openai")

        #expect(try best("audit_web", #"{"not_keys": ["\#(first)"]}"#) == "2|openai")
    }

    @Test func `a user's session picks among its own keys only`() throws {
        try database.addKey(1, of: SupabaseShape.alice)
        let question = "select provider from byok.best_key('\(SupabaseShape.alice)', 'audit_web')"

        #expect(try database.psql(question, user: SupabaseShape.alice) == "anthropic")
        #expect(try database.psql(question, user: SupabaseShape.bob) == "")
    }

    @Test func `a price that is over no longer counts`() throws {
        try database.addKey(1)
        _ = try database.psql(
            "update byok.credit_prices set valid_until = now() - interval '1 day'", role: "byok_owner")

        #expect(
            try database.psql(
                "select credits_own_key is null from byok.best_key('\(SupabaseShape.alice)', 'audit_web')",
                role: "byok_app") == "t")
    }

    @Test func `a reported refusal makes the key due, the analysis a fallback, and is no strike`() throws {
        let id = try database.addKey(1)
        let analysis = "20000000-0000-4000-8000-000000000001"
        _ = try database.psql(
            """
            insert into byok.analyses (id, user_id, kind, provider, key_id, mode)
            values ('\(analysis)', '\(SupabaseShape.alice)', 'audit_web', 'anthropic', '\(id)', 'own_key')
            """, role: "byok_app")

        let known = try database.psql("select byok.report_refusal('\(id)', '\(analysis)')", role: "byok_app")

        #expect(known == "t")
        #expect(
            try database.psql("select status, first_refused_at is null, next_check_at <= now() from byok.api_keys")
                == "active|t|t")
        #expect(try database.psql("select mode, fallback_reason from byok.analyses") == "fallback|key_refused")
    }

    @Test func `a refusal reported for another user's key changes nothing`() throws {
        let id = try database.addKey(1, of: SupabaseShape.bob)
        _ = try database.psql(
            """
            insert into byok.analyses (id, user_id, kind, mode)
            values ('20000000-0000-4000-8000-000000000001', '\(SupabaseShape.alice)', 'audit_web', 'own_key')
            """, role: "byok_app")

        let known = try database.psql(
            "select byok.report_refusal('\(id)', '20000000-0000-4000-8000-000000000001')", role: "byok_app")

        #expect(known == "f")
        #expect(try database.psql("select next_check_at > now() from byok.api_keys") == "t")
        #expect(try database.psql("select mode from byok.analyses") == "own_key")
    }
}
