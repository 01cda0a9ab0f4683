import TestSupport
import Testing

struct RowSecurityTests {
    let database = try! SupabaseShape.makeDatabase()

    @Test func `a user sees the own keys and nobody else's`() throws {
        try database.addKey(1, of: SupabaseShape.alice)
        try database.addKey(2, of: SupabaseShape.bob)

        #expect(try database.psql("select label from byok.my_keys", user: SupabaseShape.alice) == "key 1")
        #expect(try database.psql("select label from byok.api_keys", user: SupabaseShape.bob) == "key 2")
        #expect(try database.psql("select event from byok.key_events", user: SupabaseShape.bob) == "added\nenabled")
        let nobody = "00000000-0000-4000-8000-00000000000c"
        for relation in ["my_keys", "api_keys", "key_events", "analyses"] {
            #expect(try database.psql("select count(*) from byok.\(relation)", user: nobody) == "0")
        }
    }

    @Test func `a user's session never reads a ciphertext, its own included`() throws {
        try database.addKey(1)

        for statement in [
            "select sealed from byok.api_keys", "select * from byok.api_keys", "select * from byok.usable_keys",
            "select k from byok.api_keys k", "copy byok.api_keys to stdout", "table byok.key_fingerprints",
            "delete from byok.api_keys returning sealed",
        ] {
            #expect(throws: ClusterError.self, "\(statement)") {
                try database.psql(statement, user: SupabaseShape.alice)
            }
        }
    }

    @Test func `a user deletes the own keys only`() throws {
        try database.addKey(1, of: SupabaseShape.alice)
        try database.addKey(2, of: SupabaseShape.bob)

        _ = try database.psql("delete from byok.api_keys", user: SupabaseShape.alice)

        #expect(try database.psql("select label from byok.api_keys") == "key 2")
    }

    @Test(arguments: ["", "{}", #"{"sub": null}"#, #"{"sub": ""}"#, "not json", #"{"sub": "not a uuid"}"#])
    func `claims that name no user show nothing`(claims: String) throws {
        try database.addKey(1)

        let shown = try? database.psql(
            "set role authenticated; set request.jwt.claims = '\(claims)'; select id from byok.my_keys",
            role: "authenticator")

        #expect(shown == nil || shown == "")
    }

    @Test func `the claim of older PostgREST versions is understood too`() throws {
        let user = try database.psql(
            """
            set request.jwt.claims = ''; set request.jwt.claim.sub = '\(SupabaseShape.alice)';
            select byok.current_user_id()
            """)

        #expect(user == SupabaseShape.alice)
    }

    @Test(arguments: ["anon", "service_role"])
    func `the API's other roles reach nothing`(role: String) throws {
        for relation in ["my_keys", "api_keys", "recipients", "task_routes", "master_keys"] {
            #expect(
                database.sqlState("set role \(role); select count(*) from byok.\(relation)", role: "authenticator")
                    == "42501")
        }
        #expect(
            database.sqlState("set role \(role); select byok.count_keys()", role: "authenticator") == "42501")
    }

    @Test func `a session from which rows are hidden can tell`() throws {
        try database.addKey(1)
        _ = try database.psql("alter policy suite on byok.api_keys to byok_app")

        let seen = try database.psql("select count(id) from byok.api_keys", role: "byok_operator")

        #expect(seen == "0")
        #expect(try database.psql("select byok.count_keys()", role: "byok_operator") == "1")
        _ = try database.psql("alter table byok.api_keys force row level security")
        #expect(database.sqlState("select byok.count_keys()", role: "byok_operator") == "BK005")
    }

    @Test func `on Supabase the recipients are the users' own addresses, for mail only`() throws {
        let recipients = try database.psql(
            "select email, locale from byok.recipients order by 1", role: "byok_mail")

        #expect(recipients == "alice@example.org|fr-FR\nbob@example.org|")
        for role in ["byok_app", "byok_operator", "byok_revalidate", "byok_savings", "byok_scan"] {
            #expect(database.sqlState("select user_id from byok.recipients", role: role) == "42501")
        }
    }
}
