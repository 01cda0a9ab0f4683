import TestSupport
import Testing

/// Functions that run with the owner's rights must not pick up anything of the caller's.
struct RolesDefinerTests {
    let database = try! SupabaseShape.makeDatabase()

    @Test func `every definer function starts from an empty search path`() throws {
        let loose = try database.psql(
            """
            select p.oid::regprocedure from pg_proc p
            where p.pronamespace = 'byok'::regnamespace and p.prosecdef
                and not coalesce(p.proconfig @> array['search_path=""'], false)
            """)

        #expect(loose == "")
    }

    /// An empty search path still looks into the session's temporary schema first, for types and tables.
    @Test func `no definer function names a type that a temporary one could stand in for`() throws {
        let loose = try database.psql(
            """
            select p.oid::regprocedure, m[1]
            from pg_proc p,
                regexp_matches(
                    p.prosrc,
                    '(::\\s*(?:text|uuid|jsonb|bytea|timestamptz|name|record)\\M|^\\s*\\w+ (?:constant )?(?:text|uuid|jsonb|bytea|timestamptz|name|record)(?:\\[\\])?(?:;| :=))',
                    'gn') m
            where p.pronamespace = 'byok'::regnamespace and p.prosecdef
            """)

        #expect(loose == "")
    }

    @Test(arguments: [
        (
            "byok_app",
            "byok.add_keys(array[gen_random_uuid()], array[gen_random_uuid()], array['groq'], array[''], array['gsk_'], 1, array[\(TestDatabase.sealed(1))])"
        ),
        (
            "byok_app",
            "byok.replace_key('10000000-0000-4000-8000-000000000001', '\(SupabaseShape.alice)', 'sk-b', 1, \(TestDatabase.sealed(2)), 'valid')"
        ),
        ("byok_app", "byok.delete_key('10000000-0000-4000-8000-000000000001', 'gone')"),
        ("byok_app", "byok.report_refusal('10000000-0000-4000-8000-000000000001', gen_random_uuid())"),
        ("byok_app", "byok.tell_key_holder('web.1', 1)"),
        ("byok_operator", "byok.register_master_key(5, decode(repeat('a5', 32), 'hex'))"),
        ("byok_operator", "byok.set_current_master_key(2, 'reason')"),
        ("byok_operator", "byok.retirement_obstacles(1, 0, '24 h', null, '{}')"),
        ("byok_rotate", "byok.retirement_obstacles(1, 0, '24 h', null, '{}')"),
        ("byok_operator", "byok.retire_master_key(2, 'reason')"),
        ("byok_operator", "byok.pause('revalidate', 'reason')"),
        ("byok_operator", "byok.count_keys()"),
        ("byok_revalidate", "byok.acquire_lease('revalidate', '', 'me', '1 min')"),
        ("byok_revalidate", "byok.record_audit('x', '{}')"),
    ])
    func `a caller's temporary objects are not taken for the real ones`(role: String, call: String) throws {
        try database.addKey(1)
        _ = try database.psql(
            "select byok.register_master_key(2, decode(repeat('a2', 32), 'hex'))", role: "byok_operator")

        let state = database.sqlState(
            """
            create function pg_temp.evil() returns boolean language plpgsql as
                $$ begin raise exception 'hijacked' using errcode = 'BK999'; end $$;
            create function pg_temp.now() returns timestamptz language sql as
                $$ select pg_catalog.now() where pg_temp.evil() $$;
            \(Self.traps)
            set search_path = pg_temp, pg_catalog, byok;
            select \(call)
            """, role: role)

        #expect(state == "00000")
    }

    /// Domains and tables of the session that raise when anything touches them.
    private static let traps =
        ["uuid", "text", "jsonb", "bytea", "timestamptz", "interval"].map {
            "create domain pg_temp.\($0) as pg_catalog.\($0) check (pg_temp.evil());"
        }.joined(separator: "\n")
        + ["api_keys", "master_keys", "analyses", "audit_log", "pauses", "added", "gone", "pg_roles"].map {
            """
            create temp table \($0) (id int);
            create rule trap as on insert to pg_temp.\($0) do instead select pg_temp.evil();
            """
        }.joined(separator: "\n")
}
