import Foundation
import TestSupport

/// A migrated database with made-up analyses, and the real `savings-report` to run on it.
struct SavingsStage {
    let database: TestDatabase
    let folder: URL

    init() throws {
        database = try PrivateCluster.shared.makeDatabase(schema: true)
        folder = FileManager.default.temporaryDirectory.appending(path: "byok-savings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try database.psql(
            """
            insert into byok.migrations (number, name) values (61, 'provider_bills');
            insert into byok.installation (test) values (true);
            """)
    }

    static func id(_ number: Int) -> String {
        "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - "\(number)".count) + "\(number)"
    }

    /// So many analyses of a user, each booked once, a minute apart.
    func add(
        _ count: Int, _ mode: String, user: Int, list: String, charged: String, kind: String = "audit_web",
        provider: String? = "anthropic", at: String = "2026-10-05T10:00Z", reason: String? = nil, booked: Bool = true
    ) throws {
        func quoted(_ text: String?) -> String { text.map { "'" + $0.replacing("'", with: "''") + "'" } ?? "null" }
        _ = try database.psql(
            """
            with new as (
                insert into byok.analyses
                    (id, user_id, kind, provider, model, mode, fallback_reason, credits_list, credits_charged,
                     input_tokens, output_tokens, started_at)
                select md5('\(user) ' || (select count(*) from byok.analyses) + n)::uuid, '\(Self.id(user))',
                    \(quoted(kind)), \(quoted(provider)), 'model-1', '\(mode)', \(quoted(reason)), \(list), \(charged),
                    1000, 500, '\(at)'::timestamptz + n * interval '1 minute'
                from generate_series(0, \(count - 1)) n
                returning id, started_at, credits_charged
            )
            insert into byok.credit_ledger (analysis_id, at, entry, credits)
            select id, started_at, 'charge', credits_charged from new
            where \(booked) and credits_charged is not null order by id
            """)
    }

    /// A key's history, without the key.
    func key(_ number: Int, user: Int, provider: String = "anthropic", _ events: (String, String)...) throws {
        for (event, at) in events {
            _ = try database.psql(
                """
                insert into byok.key_events (key_id, user_id, provider, at, event)
                values ('\(Self.id(number))', '\(Self.id(user))', '\(provider)', '\(at)', '\(event)')
                """)
        }
    }

    /// A key that is still there, so that its history can say what it waits for.
    func storedKey(_ number: Int, user: Int, provider: String = "anthropic", status: String = "unchecked") throws {
        _ = try database.psql(
            """
            select byok.register_master_key(1, decode(repeat('a1', 32), 'hex'))
            where not exists (select from byok.master_keys);
            insert into byok.api_keys (id, user_id, provider, label, key_prefix, master_key_version, sealed, status)
            values ('\(Self.id(number))', '\(Self.id(user))', '\(provider)', 'key \(number)', 'sk-a', 1,
                decode('01' || repeat('ab', 60), 'hex'), '\(status)');
            delete from byok.key_events where key_id = '\(Self.id(number))';
            """)
    }

    /// One more price on an own key, beside the others.
    func price(kind: String, provider: String, _ list: String, _ own: String) throws {
        _ = try database.psql(
            """
            insert into byok.credit_prices (kind, provider, credits_list, credits_own_key)
            values ('\(kind)', '\(provider)', \(list), \(own))
            """)
    }

    /// A file of claims, each a JSON object.
    func claims(_ objects: String...) throws -> String {
        let file = folder.appending(path: "claims.json")
        try Data("[\(objects.joined(separator: ","))]".utf8).write(to: file)
        return file.path
    }

    func price(_ list: String, _ own: String, from: String, until: String? = nil) throws {
        let until = until.map { "'\($0)'" } ?? "null"
        _ = try database.psql(
            """
            update byok.credit_prices set valid_until = '\(from)' where valid_until is null and \(until == "null");
            insert into byok.credit_prices (kind, provider, credits_list, credits_own_key, valid_from, valid_until)
            values ('audit_web', 'anthropic', \(list), \(own), '\(from)', \(until))
            """)
    }

    func run(
        _ arguments: String..., role: String = "byok_savings", with extra: [String: String] = [:]
    ) throws -> SavingsEnded {
        var environment = database.environment(role: role)
        environment["BYOK_REPORT_DIR"] = folder.appending(path: "reports").path
        environment["BYOK_JSON"] = "true"
        let period = arguments.contains { $0 == "--from" || $0 == "--month" } ? [] : ["--month", "2026-10"]
        return SavingsEnded(
            try Subprocess.run(
                Repository.products.appending(path: "savings-report").path, period + arguments,
                environment: environment.merging(extra) { $1 }))
    }
}

/// What a run said at its end, and what it wrote.
struct SavingsEnded {
    let status: Int32
    let stderr: String
    let outcome: String
    let counts: [String: Int]
    let folder: URL?

    init(_ finished: Finished) {
        (status, stderr) = (finished.status, finished.stderr)
        let object = try? JSONSerialization.jsonObject(with: Data(finished.stdout.utf8)) as? [String: Any]
        outcome = object?["outcome"] as? String ?? ""
        counts = object?["counts"] as? [String: Int] ?? [:]
        folder = (object?["report"] as? String).map { URL(filePath: $0) }
    }

    func text(_ name: String) -> String {
        guard let folder, let data = try? Data(contentsOf: folder.appending(path: name)) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    var files: [String] {
        folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path).sorted() } ?? []
    }

    var report: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text("report.json").utf8)) as? [String: Any]) ?? [:]
    }

    /// The rows of the table of that caption.
    func rows(_ caption: String) -> [[String: Any]] {
        let sections = report["sections"] as? [[String: Any]] ?? []
        let tables = sections.flatMap { $0["tables"] as? [[String: Any]] ?? [] }
        return tables.first { $0["caption"] as? String == caption }?["rows"] as? [[String: Any]] ?? []
    }

    /// The four averages in the order of the report; nil for unknown.
    var averages: [String?] { rows("Rate against the list price").map { $0["rate_percent"] as? String } }

    func fact(_ name: String) -> String? {
        let facts = report["facts"] as? [[String: Any]] ?? []
        return facts.first { $0["name"] as? String == name }?["value"] as? String
    }

    func count(_ name: String) -> Int? {
        let facts = report["facts"] as? [[String: Any]] ?? []
        return facts.first { $0["name"] as? String == name }?["value"] as? Int
    }

    func check(_ name: String) -> String? {
        let checks = report["checks"] as? [[String: Any]] ?? []
        return checks.first { ($0["name"] as? String)?.hasPrefix(name) == true }?["status"] as? String
    }

    /// The two sides of a tie-out and whether they agree.
    func tieOut(_ name: String) -> [String?] {
        let tieOuts = report["tie_outs"] as? [[String: Any]] ?? []
        guard let found = tieOuts.first(where: { $0["name"] as? String == name }) else { return [] }
        func value(_ side: String) -> String? { (found[side] as? [String: Any])?["value"] as? String }
        return [value("left"), value("right"), found["status"] as? String]
    }

    /// Credits missed, by cause.
    var missed: [String: String] {
        Dictionary(
            rows("Credits missed by cause").map {
                ($0["cause"] as? String ?? "", $0["credits_missed"] as? String ?? "unknown")
            }, uniquingKeysWith: { first, _ in first })
    }

    /// `users.csv`, by column.
    var users: [[String: String]] {
        let lines = text("users.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        guard let header = lines.first else { return [] }
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }
}
