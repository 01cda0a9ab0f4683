import Foundation
import TestSupport
import Testing

/// Since when a key is known to work, by its history.
struct KeyProofTests {
    let database = try! SupabaseShape.makeDatabase()

    private func events(_ database: TestDatabase, of id: String) throws -> String {
        try database.psql(
            "select string_agg(event, ' ' order by at, id) from byok.key_events where key_id = '\(id)'")
    }

    @Test func `a key that was checked before it was stored has an event that says so`() throws {
        let checked = try database.addKey(1)
        let unchecked = try database.addKey(2, verdict: nil)

        #expect(try events(database, of: checked) == "added enabled")
        #expect(try events(database, of: unchecked) == "added")
    }

    @Test func `a key that replaces one after a look leaves that event too`() throws {
        let id = try database.addKey(1, verdict: nil)
        for (filler, verdict) in [(9, "null"), (10, "'valid'")] {
            _ = try database.psql(
                """
                select byok.replace_key('\(id)', '\(SupabaseShape.alice)', 'sk-b', 1, \(TestDatabase.sealed(filler)), \(verdict))
                """, role: "byok_app")
        }

        #expect(try events(database, of: id) == "added replaced replaced enabled")
    }

    @Test func `histories from before are told what today's row and the looks prove`() throws {
        // The migrated template brings the owner's role.
        _ = try PrivateCluster.shared.makeDatabase(schema: true)
        let database = try PrivateCluster.shared.makeDatabase()
        _ = try database.psql("grant create on database \(database.name) to byok_owner")
        let migrations = try FileManager.default
            .contentsOfDirectory(atPath: Repository.path("Sources/byok/Migrations"))
            .filter { $0.hasSuffix(".sql") }.sorted()
        for migration in migrations where migration < "0041" {
            try database.psqlFile("Sources/byok/Migrations/\(migration)", role: "byok_owner")
        }
        _ = try database.psql("select byok.register_master_key(1, decode(repeat('a1', 32), 'hex'))")
        // 1 stored as working; 2 waits; 3 gone, a look once found it active; 4 gone, let in by its first look;
        // 5 replaced: the first key was active at a look, the second waits; 6 never worked, disabled and undone.
        _ = try database.psql(
            """
            insert into byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed, status)
            select ('00000000-0000-4000-8000-00000000000' || n)::uuid, '\(SupabaseShape.alice)', 'groq', 'key ' || n, 'gsk_', 1,
                decode('01' || repeat('ab', 60), 'hex'), case n when 1 then 'active' else 'unchecked' end
            from unnest(array[1, 2, 5, 6]) n;
            truncate byok.key_events;
            insert into byok.key_events (key_id, user_id, provider, at, event, reason)
            select ('00000000-0000-4000-8000-00000000000' || n)::uuid, '\(SupabaseShape.alice)', 'groq', at::timestamptz, event, reason
            from (values (1, '2026-01-01Z', 'added', null), (2, '2026-01-01Z', 'added', null),
                (3, '2026-01-01Z', 'added', null), (3, '2026-01-09Z', 'deleted', null),
                (4, '2026-01-01Z', 'added', null), (4, '2026-01-02Z', 'enabled', null), (4, '2026-01-09Z', 'deleted', null),
                (5, '2026-01-01Z', 'added', null), (5, '2026-01-09Z', 'replaced', null),
                (6, '2026-01-01Z', 'added', null), (6, '2026-01-02Z', 'disabled', null), (6, '2026-01-03Z', 'enabled', 'undone')
            ) e (n, at, event, reason);
            insert into byok.key_checks (run_id, key_id, key_revision, at, provider, verdict, outcome, status_before)
            select gen_random_uuid(), ('00000000-0000-4000-8000-00000000000' || n)::uuid, 1, at::timestamptz, 'groq', 'valid', 'valid', s
            from (values (3, '2026-01-08Z', 'active'), (4, '2026-01-02Z', 'unchecked'), (4, '2026-01-08Z', 'active'),
                (5, '2026-01-08Z', 'suspected'), (6, '2026-01-02Z', 'unchecked')) c (n, at, s);
            """, role: "byok_owner")

        try database.psqlFile("Sources/byok/Migrations/0041_key_proofs.sql", role: "byok_owner")

        let told = try (1...6).map { try events(database, of: "00000000-0000-4000-8000-00000000000\($0)") }
        #expect(
            told == [
                "added enabled", "added", "added enabled deleted", "added enabled deleted", "added enabled replaced",
                "added disabled enabled",
            ])
    }
}
