import TestSupport
import Testing

/// Where a provider has three keys in use, a second strike counts when another of them worked since the first.
struct WitnessTests {
    private static func database(keys: Int) throws -> VerdictDatabase {
        try VerdictDatabase(keys: keys, othersWork: false)
    }

    /// Ten keys that worked, each due at another time of the next seven days.
    private static func tenKeys() throws -> VerdictDatabase {
        let db = try database(keys: 10)
        try db.settle(1, 1...10, "valid")
        _ = try db.database.psql(
            """
            UPDATE byok.api_keys k SET next_check_at = now() + n * '16.8 hours'::interval
            FROM generate_series(1, 10) n WHERE k.id = test.id(n)
            """)
        return db
    }

    /// One run, an hour later: keys that meet `dead` are refused, the others work.
    private static func nextHour(_ db: VerdictDatabase, dead: String) throws {
        try db.database.shiftTime(by: "1 hour")
        _ = try db.database.psql(
            """
            UPDATE byok.job_leases SET until = now() + '1 hour';
            SELECT count(*) FROM (
              SELECT array_agg(id) ids, array_agg(key_revision) revisions, count(*)::int AS size,
                array_agg(CASE WHEN \(dead) THEN 'refused' ELSE 'valid' END) verdicts
              FROM byok.api_keys WHERE status <> 'disabled' AND next_check_at <= now()
            ) b, byok.settle_checks('revalidate', '0', (SELECT token FROM byok.job_leases), gen_random_uuid(),
              '24 h', '168 h', '7 days', ids, revisions, verdicts, array_fill(false, ARRAY[size]),
              array_fill(401, ARRAY[size]), array_fill('x'::text, ARRAY[size]), array_fill('r'::text, ARRAY[size]),
              array_fill(1, ARRAY[size])) s WHERE size > 0
            """)
    }

    @Test func `72 hours of total refusal disable none of ten keys`() throws {
        let db = try Self.tenKeys()

        for _ in 1...72 { try Self.nextHour(db, dead: "true") }

        #expect(try db.count("byok.guards") == "0", "too few for the guard")
        #expect(try db.count("byok.api_keys WHERE status = 'suspected'") == "4")
        #expect(try db.count("byok.key_checks WHERE outcome = 'held'") == "3")
        #expect(try db.count("byok.api_keys WHERE status = 'disabled'") == "0")
        #expect(try db.count("byok.email_outbox") == "0")

        for _ in 1...48 { try Self.nextHour(db, dead: "false") }
        #expect(try db.count("byok.api_keys WHERE first_refused_at IS NOT NULL OR held_since IS NOT NULL") == "0")
    }

    @Test func `one dead key of ten is disabled as soon as another has worked since`() throws {
        let db = try Self.tenKeys()

        // Due after 16.8 hours; 24 hours later another has just worked.
        for _ in 1...41 { try Self.nextHour(db, dead: "id = test.id(1)") }

        #expect(
            try db.database.psql("SELECT id FROM byok.api_keys WHERE status = 'disabled'") == VerdictDatabase.key(1))
        #expect(try db.count("byok.key_checks WHERE outcome = 'held'") == "0")
        #expect(try db.count("byok.email_outbox WHERE state = 'queued'") == "1")
    }

    @Test(arguments: [1, 2])
    func `a provider's only keys, one or two, have no witness and need none`(count: Int) throws {
        let db = try Self.database(keys: count)
        #expect(try db.settle(1, 1...count, "refused") == "suspected \(count)")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(2, 1...count, "refused") == "disabled \(count)")
        #expect(try db.count("byok.email_outbox WHERE state = 'queued'") == "\(count)")
    }

    @Test(arguments: [3, 5])
    func `the last keys of a provider are disabled in the end`(count: Int) throws {
        let db = try Self.database(keys: count)
        #expect(try db.settle(1, 1...count, "refused") == "suspected \(count)")
        for day in 1...6 {
            try db.database.shiftTime(by: "24 hours")
            #expect(try db.settle(1 + day, 1...count, "refused") == "held \(count)")
        }
        #expect(try db.read("next_check_at = first_refused_at + '7 days'", 1) == "t", "not a day too late")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(8, 1...count, "refused") == "disabled \(count)")
        #expect(try db.count("byok.email_outbox WHERE state = 'queued'") == "\(count)")
    }

    @Test(arguments: ["valid", "restricted", "exhausted"])
    func `a strike waits for a witness, asked again daily`(working: String) throws {
        let db = try Self.database(keys: 4)
        try db.settle(1, 1...3, "refused")
        try db.database.shiftTime(by: "24 hours")

        #expect(try db.settle(2, 1...3, "refused") == "held 3")
        #expect(
            try db.read("status, held_since = now(), next_check_at BETWEEN now() + '23 h' AND now() + '26 h'", 1)
                == "suspected|f|t")
        #expect(try db.count("byok.key_checks WHERE outcome = 'held'") == "3")
        #expect(try db.settle(3, 4...4, working) == "\(working) 1")
        #expect(try db.settle(4, 1...3, "refused") == "disabled 3")
        #expect(try db.read("held_since IS NULL", 1) == "t")
    }

    @Test func `neither a look before the first strike nor one without judgement is a witness`() throws {
        let db = try Self.database(keys: 6)
        try db.settle(1, 4...4, "valid")
        try db.database.shiftTime(by: "1 hour")
        try db.settle(2, 1...3, "refused")
        try db.database.shiftTime(by: "24 hours")
        try db.settle(3, 5...5, "transient")
        try db.settle(3, 6...6, "unknown")
        #expect(try db.settle(3, 1...3, "refused") == "held 3")
        // A late answer about a key that was replaced says nothing about what is stored.
        try db.replace(4)
        #expect(try db.settle(4, 4...4, "valid", revision: 1) == "changed 1")
        #expect(try db.settle(4, 1...3, "refused") == "held 3")
    }

    @Test func `a look that may have been asked before the strike is no witness`() throws {
        let db = try Self.database(keys: 4)
        try db.settle(1, 1...3, "refused")
        // Asked earlier, settled later: in the same batch, or at the end of a long run, where its row was locked.
        try db.settle(1, 4...4, "valid")
        try db.database.shiftTime(by: "59 minutes")
        try db.settle(1, 4...4, "valid")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(2, 1...3, "refused") == "held 3")
    }

    @Test func `another provider's key is no witness`() throws {
        let db = try Self.database(keys: 3)
        try db.add(4...4, provider: "groq")
        try db.settle(1, 1...3, "refused")
        try db.database.shiftTime(by: "24 hours")
        try db.settle(2, 4...4, "valid")
        #expect(try db.settle(2, 1...3, "refused") == "held 3")
    }

    @Test func `what the operator vouched for needs no witness`() throws {
        let db = try Self.database(keys: 6)
        #expect(try db.settle(1, 1...6, "refused") == "held 6")
        _ = try db.database.psql(
            "SELECT byok.approve_guard('anthropic', '\(VerdictDatabase.run(1))', 'they are dead', '48 hours')")
        #expect(try db.settle(2, 1...6, "refused") == "suspected 6")
        try db.database.shiftTime(by: "24 hours")
        #expect(try db.settle(3, 1...6, "refused") == "disabled 6")
    }
}
