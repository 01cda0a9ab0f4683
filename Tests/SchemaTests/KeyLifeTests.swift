import TestSupport
import Testing

struct KeyLifeTests {
    let database = try! SupabaseShape.makeDatabase()

    private func suspect(_ id: String) throws {
        _ = try database.psql(
            """
            update byok.api_keys set status = 'suspected', first_refused_at = now(), last_verdict = 'refused',
                next_check_at = now() + interval '1 day' where id = '\(id)';
            insert into byok.key_fingerprints values ('\(id)', 1, 'scan', '\\x0000000000000001');
            insert into byok.email_outbox (user_id, key_id, kind, payload, idempotency_key, state)
            select '\(SupabaseShape.alice)', '\(id)', 'key_disabled', '{}', state, state
            from unnest(array['held', 'queued', 'failed']) state
            """, role: "byok_owner")
    }

    private func sealedState(_ id: String) throws -> String {
        try database.psql(
            """
            select key_revision, status, first_refused_at is null, next_check_at <= now(),
                (select count(*) from byok.key_fingerprints f where f.key_id = k.id),
                (select string_agg(state, ',' order by state) from byok.email_outbox o where o.key_id = k.id)
            from byok.api_keys k where id = '\(id)'
            """)
    }

    @Test func `replacing a key clears what was held against the old one`() throws {
        let id = try database.addKey(1)
        try suspect(id)

        let revision = try database.psql(
            "select byok.replace_key('\(id)', '\(SupabaseShape.alice)', 'sk-b', 1, \(TestDatabase.sealed(9)))",
            role: "byok_app")

        #expect(revision == "2")
        #expect(try sealedState(id) == "2|unchecked|t|t|0|cancelled,cancelled,failed")
        #expect(try database.psql("select event from byok.key_events order by id") == "added\nreplaced")
    }

    @Test func `replacing with a key that was just found to work leaves it active`() throws {
        let id = try database.addKey(1)

        _ = try database.psql(
            "select byok.replace_key('\(id)', '\(SupabaseShape.alice)', 'sk-b', 1, \(TestDatabase.sealed(9)), 'valid')",
            role: "byok_app")

        #expect(
            try database.psql("select status, next_check_at - now() between '155 h' and '168 h' from byok.api_keys")
                == "active|t")
    }

    @Test func `nobody replaces another user's key`() throws {
        let id = try database.addKey(1, of: SupabaseShape.bob)

        let revision = try database.psql(
            "select byok.replace_key('\(id)', '\(SupabaseShape.alice)', 'sk-b', 1, \(TestDatabase.sealed(9)))",
            role: "byok_app")

        #expect(revision == "")
        #expect(try database.psql("select key_revision, key_prefix from byok.api_keys") == "1|sk-a")
    }

    @Test func `a rotation by the owner's hand leaves everything but the ciphertext and its version`() throws {
        let id = try database.addKey(1)
        try suspect(id)
        try database.makeCurrent(2)
        let everythingElse = "select to_jsonb(k) - 'sealed' - 'master_key_version' from byok.api_keys k"
        let before = try database.psql(everythingElse)

        _ = try database.psql(
            "update byok.api_keys set sealed = \(TestDatabase.sealed(9)), master_key_version = 2 where id = '\(id)'",
            role: "byok_owner")

        #expect(try database.psql(everythingElse) == before)
        #expect(try sealedState(id) == "1|suspected|f|f|1|failed,held,queued")
        #expect(try database.psql("select event from byok.key_events") == "added")
    }

    @Test func `a service that was granted too much still cannot pass a replacement off as a rotation`() throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        _ = try database.psql("grant update (sealed, master_key_version) on byok.api_keys to byok_app")

        _ = try database.psql(
            "update byok.api_keys set sealed = \(TestDatabase.sealed(9)), master_key_version = 2", role: "byok_app")

        #expect(try sealedState(id).hasPrefix("2|unchecked"))
    }

    @Test func `a ciphertext written anew under its own version is a replacement, whoever writes`() throws {
        let id = try database.addKey(1)

        _ = try database.psql("update byok.api_keys set sealed = \(TestDatabase.sealed(9))", role: "byok_owner")

        #expect(try sealedState(id).hasPrefix("2|unchecked"))
    }

    @Test(arguments: [
        ("user_id = gen_random_uuid()", "BK005"), ("provider = 'groq'", "BK005"), ("id = gen_random_uuid()", "BK005"),
        // The fence comes first: nobody has registered that key.
        ("master_key_version = 2", "BK007"),
    ])
    func `what is sealed into a key does not change without it`(change: String, state: String) throws {
        try database.addKey(1)

        #expect(database.sqlState("update byok.api_keys set \(change)", role: "byok_owner") == state)
    }

    @Test(arguments: [
        ("byok_app", "select byok.delete_key('%', 'account closed')"),
        ("byok_owner", "delete from byok.api_keys where id = '%'"),
    ])
    func `deleting a key takes its fingerprints and pending mails along`(role: String, statement: String) throws {
        let id = try database.addKey(1)
        try suspect(id)

        _ = try database.psql(statement.replacing("%", with: id), role: role)

        let left = try database.psql(
            """
            select (select count(*) from byok.api_keys), (select count(*) from byok.key_fingerprints),
                (select string_agg(state, ',' order by state) from byok.email_outbox),
                (select string_agg(event, ',' order by id) from byok.key_events)
            """)
        #expect(left == "0|0|cancelled,cancelled,failed|added,deleted")
    }

    @Test func `a deletion that is rolled back took nothing along`() throws {
        let id = try database.addKey(1)
        try suspect(id)

        _ = try database.psql("begin; delete from byok.api_keys; rollback", role: "byok_owner")

        #expect(try sealedState(id) == "1|suspected|f|f|1|failed,held,queued")
    }

    @Test func `adding skips what is there by id or by label and tells the rest`() throws {
        let id = try database.addKey(1)

        let added = try database.psql(
            """
            select byok.add_keys(
                array['\(id)', '10000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000003']::uuid[],
                array_fill('\(SupabaseShape.alice)'::uuid, array[3]), array_fill('anthropic'::text, array[3]),
                array['other', 'key 1', 'new'], array_fill('sk-a'::text, array[3]), 1,
                array_fill(\(TestDatabase.sealed(1)), array[3]))
            """, role: "byok_app")

        #expect(added == "10000000-0000-4000-8000-000000000003")
        #expect(
            try database.psql("select status, next_check_at <= now() from byok.api_keys where label = 'new'")
                == "unchecked|t")
        #expect(try database.psql("select count(*) from byok.usable_keys", role: "byok_app") == "1")
    }

    @Test func `a key is stored only under a master key that may seal`() throws {
        _ = try database.psql(
            "select byok.register_master_key(2, decode(repeat('a2', 32), 'hex'))", role: "byok_operator")

        for version in [2, 7] {
            let add = """
                select byok.add_key(gen_random_uuid(), gen_random_uuid(), 'groq', '', 'gsk_', \(version),
                    \(TestDatabase.sealed(1)))
                """
            #expect(database.sqlState(add, role: "byok_app") == "BK005")
        }
    }

    @Test func `a refused key cannot be added as checked`() throws {
        let add = """
            select byok.add_key(gen_random_uuid(), gen_random_uuid(), 'groq', '', 'gsk_', 1, \(TestDatabase.sealed(1)),
                'refused')
            """

        #expect(database.sqlState(add, role: "byok_app") == "BK005")
    }

    /// One row in ten of every page fits into the space that the fillfactor leaves, whatever other
    /// sessions of the cluster keep from being pruned. One index on what a rotation writes, and none is.
    @Test func `a rotation stays heap-only`() throws {
        _ = try database.psql(
            """
            insert into byok.api_keys (user_id, provider, key_prefix, master_key_version, sealed)
            select gen_random_uuid(), 'openai', 'sk-p', 1, decode('01' || repeat('77', 92), 'hex')
            from generate_series(1, 5000)
            """, role: "byok_owner")

        try database.makeCurrent(2)

        let share = try database.psql(
            """
            with written as (
                update byok.api_keys k
                set sealed = decode('01' || repeat('88', 92), 'hex'), master_key_version = 2
                where (ctid::text::point)[1]::int % 10 = 0
                returning 1
            )
            select count(*) > 300 from written;
            select pg_stat_get_xact_tuples_hot_updated('byok.api_keys'::regclass) * 100
                / pg_stat_get_xact_tuples_updated('byok.api_keys'::regclass) >= 99
            """, role: "byok_owner")

        #expect(share == "t\nt")
    }
}
