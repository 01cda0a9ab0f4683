import TestSupport
import Testing

struct FingerprintStoreTests {
    private func put(_ db: VerdictDatabase, revisions: String, windows: String = "\\x0000000000000001") throws -> String
    {
        try db.database.psql(
            """
            SELECT byok.put_fingerprints(ARRAY[test.id(1), test.id(2), test.id(3)], '\(revisions)', 'scan-1',
              array_fill('\(windows)'::bytea, ARRAY[3]))
            """, role: "byok_revalidate")
    }

    @Test func `only the revision that was read gets its fingerprints`() throws {
        let db = try VerdictDatabase(keys: 2)
        try db.replace(1)
        #expect(try put(db, revisions: "{1,1,1}") == "1")
        #expect(try db.database.psql("SELECT key_id FROM byok.key_fingerprints") == VerdictDatabase.key(2))
        #expect(try put(db, revisions: "{2,1,1}", windows: "\\x0000000000000002") == "2")
        #expect(try db.count("byok.key_fingerprints WHERE windows = '\\x0000000000000002'") == "2")
    }

    @Test func `a replacement that is under way leaves no fingerprint of the old key`() async throws {
        let db = try VerdictDatabase(keys: 1)
        let user = db.beside(
            """
            BEGIN; UPDATE byok.api_keys SET sealed = sealed || '\\x00', key_revision = key_revision + 1;
            SELECT pg_sleep(3); COMMIT
            """)
        try db.waitForSleeper()
        #expect(try put(db, revisions: "{1,1,1}") == "0")
        try await user.value
        #expect(try db.count("byok.key_fingerprints") == "0")
    }
}
