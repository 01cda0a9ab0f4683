import Foundation
import TestSupport

/// A database with keys that have a past, and the real `revalidate` run against it.
struct OperatorDatabase {
    let database: TestDatabase

    static func key(_ number: Int) -> String {
        let digits = String(number)
        return "0a000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    static func run(_ number: Int) -> String { key(700_000_000 + number) }

    /// `othersWork`: beside the numbered keys every provider has others, and those go on working.
    init(othersWork: Bool = true) throws {
        database = try PrivateCluster.shared.makeDatabase(schema: true)
        if othersWork { _ = try database.psql("UPDATE byok.guard_locks SET worked_at = 'infinity'") }
        _ = try database.psql(
            """
            INSERT INTO byok.master_keys (version, state, check_value, activated_at)
            VALUES (1, 'current', decode(repeat('11', 32), 'hex'), now());
            """)
        _ = try database.psql("SELECT byok.acquire_lease('revalidate', '', 'host:42', '1 hour')")
    }

    func add(_ numbers: ClosedRange<Int>, provider: String = "openai", label: String = "key", status: String = "active")
        throws
    {
        let label = label.replacing("'", with: "''")
        _ = try database.psql(
            """
            INSERT INTO byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed, status)
            SELECT ('0a000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(), '\(provider)',
              '\(label) ' || n, 'sk-p', 1, decode('01' || repeat('ab', 60), 'hex'), '\(status)'
            FROM generate_series(\(numbers.lowerBound), \(numbers.upperBound)) n
            """)
    }

    /// One settled look at each key, by the run of that number.
    func settle(
        _ run: Int, _ numbers: ClosedRange<Int>, _ verdict: String, status: Int = 401, code: String? = "invalid_api_key"
    ) throws {
        let count = numbers.count
        let code = code.map { "'\($0)'" } ?? "NULL"
        _ = try database.psql(
            """
            INSERT INTO byok.job_runs (run_id, job, shard) VALUES ('\(Self.run(run))', 'revalidate', '')
              ON CONFLICT DO NOTHING;
            SELECT s.* FROM (
              SELECT array_agg(id ORDER BY id) AS ids, array_agg(key_revision ORDER BY id) AS revisions
              FROM byok.api_keys WHERE id BETWEEN '\(Self.key(numbers.lowerBound))' AND '\(Self.key(numbers.upperBound))'
            ) k, byok.settle_checks('revalidate', '', (SELECT token FROM byok.job_leases), '\(Self.run(run))',
              '24 h', '168 h', '7 d', k.ids, k.revisions, array_fill('\(verdict)'::text, ARRAY[\(count)]),
              array_fill(false, ARRAY[\(count)]), array_fill(\(status), ARRAY[\(count)]),
              array_fill(\(code)::text, ARRAY[\(count)]), array_fill('req-7'::text, ARRAY[\(count)]),
              array_fill(87, ARRAY[\(count)])) s
            """)
    }

    func finish(_ run: Int, exit: Int) throws {
        _ = try database.psql(
            "SELECT byok.finish_run('\(Self.run(run))', \(exit), '{\"valid\": 3, \"held\": 0, \"note\": \"x\"}', NULL)")
    }

    func shift(_ interval: String) throws { try database.shiftTime(by: interval) }

    func read(_ query: String) throws -> String { try database.psql(query) }

    func revalidate(_ arguments: String..., role: String = "byok_operator") throws -> Finished {
        try Subprocess.run(
            Repository.products.appending(path: "revalidate").path, arguments,
            environment: database.environment(role: role))
    }

    func json(_ finished: Finished) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(finished.stdout.utf8)) as? [String: Any] ?? [:]
    }
}
