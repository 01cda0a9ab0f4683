import Foundation
import TestSupport

/// A database of its own with numbered keys, a held lease, and a short way to settle a range of keys.
struct VerdictDatabase {
    let database: TestDatabase

    /// Key `n` of every test: readable in a failure.
    static func key(_ number: Int) -> String {
        "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - String(number).count) + String(number)
    }

    /// Run `n` of every test.
    static func run(_ number: Int) -> String { key(900_000_000 + number) }

    /// `othersWork`: beside the numbered keys every provider has others, and those go on working.
    init(keys: Int, provider: String = "anthropic", status: String = "active", othersWork: Bool = true) throws {
        database = try PrivateCluster.shared.makeDatabase(schema: true)
        _ = try database.psql(Self.setUp)
        if othersWork { _ = try database.psql("UPDATE byok.guard_locks SET worked_at = 'infinity'") }
        try add(1...max(keys, 1), provider: provider, status: status)
        _ = try database.psql("SELECT token FROM byok.acquire_lease('revalidate', '0', 'test', '1 hour')")
    }

    func add(_ numbers: ClosedRange<Int>, provider: String, status: String = "active") throws {
        _ = try database.psql(
            "SELECT test.add(\(numbers.lowerBound), \(numbers.upperBound), '\(provider)', '\(status)')")
    }

    /// The distinct outcomes with their counts, `suspected 5, valid 2`.
    @discardableResult
    func settle(
        _ run: Int, _ keys: ClosedRange<Int>, _ verdict: String, code: String = "authentication_error",
        slow: Bool = false, confirmAfter: String = "24 hours", revision: Int? = nil, role: String = "postgres"
    ) throws -> String {
        try database.psql(
            """
            SELECT coalesce(string_agg(outcome || ' ' || n, ', ' ORDER BY outcome), '') FROM (
              SELECT outcome, count(*) AS n FROM (
                SELECT outcome FROM test.settle('\(Self.run(run))', \(keys.lowerBound), \(keys.upperBound),
                  '\(verdict)', '\(code)', \(slow), '\(confirmAfter)', \(revision.map(String.init) ?? "NULL"))
              ) o GROUP BY outcome) c
            """, role: role)
    }

    func state(_ key: Int) throws -> String { try read("status", key) }

    func read(_ expression: String, _ key: Int) throws -> String {
        try database.psql("SELECT \(expression) FROM byok.api_keys WHERE id = '\(Self.key(key))'")
    }

    func count(_ fromWhere: String) throws -> String { try database.psql("SELECT count(*) FROM \(fromWhere)") }

    /// Replaces the sealed bytes as a user's edit does.
    func replace(_ key: Int) throws {
        _ = try database.psql(
            "UPDATE byok.api_keys SET sealed = sealed || '\\x00', key_revision = key_revision + 1 WHERE id = '\(Self.key(key))'"
        )
    }

    /// The SQLSTATE that `body` fails with, or nil where it does not fail.
    static func sqlState(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)".firstMatch(of: /(?:ERROR|FATAL):  ([0-9A-Z]{5}):/).map { String($0.1) } ?? "\(error)"
        }
    }

    func beside(_ sql: String) -> Task<Void, any Error> { database.beside(sql) }

    /// Returns once another session stands in `pg_sleep`, so that a race has both runners on the track.
    func waitForSleeper() throws {
        for _ in 0..<500 {
            let sleepers = try count("pg_stat_activity WHERE datname = '\(database.name)' AND wait_event = 'PgSleep'")
            if sleepers != "0" { return }
            usleep(20_000)
        }
        throw NoSleeper()
    }

    private static let setUp = """
        INSERT INTO byok.master_keys (version, state, check_value, activated_at)
        VALUES (1, 'current', decode(repeat('00', 32), 'hex'), now());
        CREATE SCHEMA test;
        GRANT USAGE ON SCHEMA test TO PUBLIC;
        CREATE FUNCTION test.id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
          $$ SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
        CREATE FUNCTION test.add(first int, last int, provider text, status text) RETURNS void LANGUAGE sql AS $$
          INSERT INTO byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed, status)
          SELECT test.id(n), test.id(n + 500000000), provider, 'key ' || n, 'sk-t', 1,
            decode('01' || repeat('00', 60), 'hex'), status
          FROM generate_series(first, last) n $$;
        CREATE FUNCTION test.settle(run uuid, first int, last int, verdict text, code text, slow boolean,
          confirm interval, revision bigint) RETURNS TABLE (key_id uuid, outcome text) LANGUAGE sql AS $$
          SELECT s.* FROM (
            SELECT array_agg(test.id(n)) ids, count(*)::int AS size,
              array_agg(coalesce(revision, (SELECT key_revision FROM byok.api_keys WHERE id = test.id(n)), 1)) revisions
            FROM generate_series(first, last) n
          ) b, byok.settle_checks('revalidate', '0', (SELECT token FROM byok.job_leases WHERE job = 'revalidate'), run,
            confirm, confirm * 7, '7 days', ids, revisions, array_fill(verdict, ARRAY[size]),
            array_fill(slow, ARRAY[size]), array_fill(401, ARRAY[size]), array_fill(code, ARRAY[size]),
            array_fill('req_1'::text, ARRAY[size]), array_fill(12, ARRAY[size])) s $$;
        """
}

/// The session beside the test never reached its `pg_sleep`.
struct NoSleeper: Error {}
