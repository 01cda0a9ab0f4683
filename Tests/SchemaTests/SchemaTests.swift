import TestSupport
import Testing

struct SchemaTests {
    let database = try! PrivateCluster.shared.makeDatabase(schema: true)

    @Test func `a role without superuser rights installs the schema and owns all of it`() throws {
        let foreign = try database.psql(
            """
            select c.relname from pg_class c
            where relnamespace = 'byok'::regnamespace and relowner <> 'byok_owner'::regrole
            union all
            select p.proname from pg_proc p
            where pronamespace = 'byok'::regnamespace and proowner <> 'byok_owner'::regrole
            """)
        let isSuperuser = try database.psql("select rolsuper from pg_roles where rolname = 'byok_owner'")

        #expect(foreign == "")
        #expect(isSuperuser == "f")
    }

    @Test func `a migration that ran stops with an error when run again and leaves nothing half done`() throws {
        let before = try database.psql("select count(*) from pg_class where relnamespace = 'byok'::regnamespace")

        for migration in try SupabaseShape.migrations.prefix(6) {
            #expect(throws: ClusterError.self, "\(migration)") {
                try database.psqlFile("Sources/byok/Migrations/\(migration)", role: "byok_owner")
            }
        }

        let after = try database.psql("select count(*) from pg_class where relnamespace = 'byok'::regnamespace")
        #expect(before == after)
    }

    @Test func `the roles file runs twice and changes nothing the second time`() throws {
        let rights = """
            select object, attname, r::text
            from (
                select relname::text as object, null as attname, unnest(relacl) as r from pg_class
                where relnamespace = 'byok'::regnamespace
                union all
                select attrelid::regclass::text, attname, unnest(attacl) from pg_attribute
                union all
                select oid::regprocedure::text, null, unnest(proacl) from pg_proc
                where pronamespace = 'byok'::regnamespace
            ) acl
            order by 1, 2, 3
            """
        // A cluster of its own: Supabase's roles come to the others' while this runs.
        let database = try PrivateCluster().makeDatabase(schema: true)
        let before = try database.psql(rights)

        try database.psqlFile("jobs/sql/roles.sql")

        #expect(try database.psql(rights) == before)
    }

    @Test func `every table has row security`() throws {
        let open = try database.psql(
            """
            select relname from pg_class
            where relnamespace = 'byok'::regnamespace and relkind in ('r', 'p') and not relrowsecurity
            """)

        #expect(open == "")
    }

    @Test func `no index touches what a rotation rewrites`() throws {
        let spoilers = try database.psql(
            """
            select indexrelid::regclass from pg_index
            where indrelid = 'byok.api_keys'::regclass
                and pg_get_indexdef(indexrelid) ~ 'sealed|master_key_version'
            """)

        #expect(spoilers == "")
    }

    @Test func `due keys of a provider are found through their index`() throws {
        let plan = try database.psql(
            """
            set enable_seqscan = off;
            explain (costs off) select id from byok.api_keys
            where provider = 'groq' and next_check_at <= now() and status <> 'disabled' and quarantined_at is null
            order by next_check_at, id limit 500
            """)

        #expect(plan.contains("api_keys_due"))
        #expect(!plan.contains("Sort"))
    }

    @Test func `values are looked at when they are changed too, and where triggers of others sleep`() throws {
        _ = try database.psql(
            "select byok.register_master_key(1, decode(repeat('a1', 32), 'hex'))", role: "byok_operator")
        let id = try database.addKey(1)
        let change = "update byok.api_keys set label = repeat('x', 101) where id = '\(id)'"
        #expect(database.sqlState(change, role: "byok_owner") == "23514")
        #expect(database.sqlState("set session_replication_role = replica; \(change)", role: "postgres") == "23514")
        #expect(database.sqlState("update byok.api_keys set label = repeat('x', 100)", role: "byok_owner") == "00000")
    }

    @Test(arguments: [
        ("provider", "'acme'"), ("status", "'dead'"), ("key_prefix", "'sk-ant'"), ("last_verdict", "'fine'"),
        ("sealed", "'sk-a-plaintext-key-that-nobody-sealed-yet'::bytea"), ("sealed", "''::bytea"),
        ("status", "'disabled'"), ("label", "repeat('x', 101)"), ("quarantined_at", "now()"),
        ("status", "'suspected'"), ("key_revision", "0"), ("disabled_reason", "repeat('x', 201)"),
        ("disabled_at", "now()"), ("quarantine_reason", "'x'"),
    ])
    func `a value outside its set or bounds is refused`(column: String, value: String) throws {
        let fields = [
            "user_id": "gen_random_uuid()", "provider": "'groq'", "key_prefix": "'gsk_'", "master_key_version": "1",
            "sealed": TestDatabase.sealed(1),
        ].merging([column: value]) { $1 }
        let insert = """
            insert into byok.api_keys (\(fields.keys.joined(separator: ", ")))
            values (\(fields.values.joined(separator: ", ")))
            """
        // Or the fence would refuse first.
        _ = try database.psql(
            "select byok.register_master_key(1, decode(repeat('a1', 32), 'hex'))", role: "byok_operator")

        #expect(database.sqlState(insert, role: "byok_owner") == "23514")
    }

    @Test func `without Supabase the recipients are a table that the product fills and only mail reads`() throws {
        let insert = "insert into byok.recipients values ('\(SupabaseShape.alice)', 'alice@example.org', 'fr')"

        #expect(database.sqlState(insert, role: "byok_app") == "00000")
        #expect(database.sqlState("select email from byok.recipients", role: "byok_app") == "42501")
        #expect(try database.psql("select email from byok.recipients", role: "byok_mail") == "alice@example.org")
    }
}
