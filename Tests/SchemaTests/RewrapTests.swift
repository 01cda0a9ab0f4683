import TestSupport
import Testing

/// The statement that writes a batch of a rotation.
struct RewrapTests {
    let database: TestDatabase
    let rotation: RotationFixture

    init() throws {
        database = try SupabaseShape.makeDatabase()
        rotation = try RotationFixture(database)
    }

    private func rewrap(
        _ id: String, user: String = SupabaseShape.alice, version: Int = 1, nonce: Int = 1, sealed: Int = 9
    ) -> String {
        """
        byok.rewrap_keys(\(rotation.hold), 2, '{\(id)}', '{\(user)}', '{\(version)}',
            array[substring(\(TestDatabase.sealed(nonce)), 2, 12)], array[\(TestDatabase.sealed(sealed))])
        """
    }

    private func answer(_ call: String) throws -> String {
        try database.psql("select changed = '{}', deleted = '{}' from \(call)", role: "byok_rotate")
    }

    @Test func `a batch changes two columns and nothing else, and fires nothing`() throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        _ = try database.psql(
            """
            update byok.api_keys set status = 'suspected', first_refused_at = now(), updated_at = now() - interval '1 d';
            insert into byok.key_fingerprints values ('\(id)', 1, 'scan', '\\x0000000000000001')
            """, role: "byok_owner")
        let rest = "select to_jsonb(k) - 'sealed' - 'master_key_version' from byok.api_keys k"
        let before = try database.psql(rest)

        #expect(try answer(rewrap(id)) == "t|t")

        #expect(try database.psql(rest) == before)
        #expect(
            try database.psql("select sealed = \(TestDatabase.sealed(9)), master_key_version from byok.api_keys")
                == "t|2")
        #expect(try database.psql("select count(*) from byok.key_fingerprints") == "1")
        #expect(try database.psql("select event from byok.key_events") == "added\nenabled")
    }

    @Test func `a batch's commit does not wait for the disk, and a step behind it does`() throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        let rotationID = try rotation.begin()
        func commits(_ setting: String, _ call: String) throws -> String {
            try database.psql(
                "set synchronous_commit = \(setting); begin; select from \(call); show synchronous_commit; commit; "
                    + "show synchronous_commit", role: "byok_rotate")
        }
        let step = "byok.fence_rotation(\(rotation.hold), \(rotationID))"

        #expect(try commits("on", rewrap(id)).suffix(6) == "off\non")
        #expect(try commits("off", step).suffix(6) == "on\noff")
        #expect(try commits("remote_apply", step).suffix(25) == "remote_apply\nremote_apply")
    }

    @Test func `the same batch again answers the same and writes nothing`() throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        let place = "select ctid, xmin from byok.api_keys"

        let first = try answer(rewrap(id))
        let where1 = try database.psql(place)
        let second = try answer(rewrap(id))

        #expect(first == "t|t")
        #expect(second == "t|t")
        #expect(try database.psql(place) == where1)
    }

    @Test(arguments: [
        "sealed = \(TestDatabase.sealed(5))",
        "quarantined_at = now(), quarantine_reason = 'not_authentic'",
        "sealed = \(TestDatabase.sealed(5)), user_id = '\(SupabaseShape.bob)'",
    ])
    func `what changed meanwhile stays as it is`(change: String) throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        _ = try database.psql("update byok.api_keys set \(change)", role: "byok_owner")
        let row = "select to_jsonb(k) from byok.api_keys k"
        let before = try database.psql(row)

        #expect(try answer(rewrap(id)) == "f|t")
        #expect(try database.psql(row) == before)
    }

    @Test(arguments: ["user", "version", "nonce"])
    func `each part of what was read is compared`(part: String) throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        let call =
            switch part {
            case "user": rewrap(id, user: SupabaseShape.bob)
            case "version": rewrap(id, version: 3)
            default: rewrap(id, nonce: 4)
            }

        #expect(try answer(call) == "f|t")
        #expect(try database.psql("select master_key_version from byok.api_keys") == "1")
    }

    @Test func `a key that is gone is told apart`() throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        _ = try database.psql("select byok.delete_key('\(id)', 'gone')", role: "byok_app")

        #expect(try answer(rewrap(id)) == "t|f")
    }

    @Test func `a token that was overtaken hits nothing`() throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        _ = try database.psql("update byok.job_leases set token = gen_random_uuid()", role: "byok_owner")

        #expect(database.sqlState("select \(rewrap(id))", role: "byok_rotate") == "BK001")
        #expect(try database.psql("select master_key_version from byok.api_keys") == "1")
    }

    @Test func `a sweep to a key that is not current any more ends`() throws {
        let id = try database.addKey(1)
        try database.makeCurrent(2)
        try database.makeCurrent(1)

        #expect(database.sqlState("select \(rewrap(id))", role: "byok_rotate") == "BK009")
    }

    @Test func `most updates in the order of random ids stay heap-only`() throws {
        // An automatic ANALYZE has a snapshot, and while it lasts no page can be cleared of old versions.
        _ = try database.psql(
            """
            alter table byok.api_keys set (autovacuum_enabled = off);
            insert into byok.api_keys (user_id, provider, key_prefix, master_key_version, sealed)
            select gen_random_uuid(), 'openai', 'sk-p', 1, decode('01' || md5(i::text) || repeat('77', 92), 'hex')
            from generate_series(1, 20000) i
            """, role: "byok_owner")
        try database.makeCurrent(2)

        // What `rotate-master` does: a page in the order of ids, one statement, one transaction each.
        let sweep = """
            do $$
            declare at uuid := '00000000-0000-0000-0000-000000000000'; kept bigint; last uuid; total bigint := 0;
            begin
                loop
                    select k.heap_only, p.last into kept, last
                    from (
                        select array_agg(id) ids, array_agg(user_id) users, array_agg(master_key_version) versions,
                            array_agg(substring(sealed, 2, 12)) nonces, array_agg(set_byte(sealed, 1, get_byte(sealed, 1) # 128)) sealed,
                            max(id::text)::uuid as last
                        from (
                            select id, user_id, master_key_version, sealed from byok.api_keys
                            where id > at order by id limit 50
                        ) page
                    ) p, byok.rewrap_keys(\(rotation.hold), 2, ids, users, versions, nonces, sealed) k
                    where p.last is not null;
                    exit when not found;
                    total := total + kept;
                    at := last;
                    commit;
                end loop;
                assert total >= 16000, total;
            end $$
            """

        #expect(database.sqlState(sweep, role: "byok_rotate") == "00000")
        #expect(try database.psql("select count(*) from byok.api_keys where master_key_version = 2") == "20000")
    }
}
