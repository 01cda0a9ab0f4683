import Foundation
import Synchronization
import TestSupport

/// A database with what Supabase brings along: schema `auth`, the API's three roles and the one that
/// logs in for them. `byok` is installed by an owner without superuser rights.
enum SupabaseShape {
    static let alice = "00000000-0000-4000-8000-00000000000a"
    static let bob = "00000000-0000-4000-8000-00000000000b"

    /// A copy of the migrated original: copying takes a fraction of the time that migrating does.
    static func makeDatabase() throws -> TestDatabase {
        let copy = try PrivateCluster.shared.makeDatabase()
        try original.withLock { original in
            // A template must not be connected to, so copies take turns and are ordered from elsewhere.
            if original == nil { original = try makeOriginal() }
            _ = try elsewhere.psql("drop database \(copy.name)")
            _ = try elsewhere.psql("create database \(copy.name) template \(original!.name)")
        }
        return copy
    }

    private static let elsewhere = try! PrivateCluster.shared.makeDatabase()
    private static let original = Mutex<TestDatabase?>(nil)

    private static func makeOriginal() throws -> TestDatabase {
        // The migrated template brings the owner's role.
        _ = try PrivateCluster.shared.makeDatabase(schema: true)
        let database = try PrivateCluster.shared.makeDatabase()
        _ = try database.psql(surroundings)
        _ = try database.psql("grant create on database \(database.name) to byok_owner")
        for migration in try migrations {
            try database.psqlFile("Sources/byok/Migrations/\(migration)", role: "byok_owner")
        }
        try database.psqlFile("jobs/sql/roles.sql")
        _ = try database.psql(
            "select byok.register_master_key(1, decode(repeat('a1', 32), 'hex'))", role: "byok_operator")
        return database
    }

    static var migrations: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: Repository.path("Sources/byok/Migrations"))
                .filter { $0.hasSuffix(".sql") }.sorted()
        }
    }

    private static let surroundings = """
        create role anon noinherit;
        create role authenticated noinherit;
        create role service_role noinherit bypassrls;
        create role authenticator noinherit login;
        grant anon, authenticated, service_role to authenticator;
        create schema auth;
        create table auth.users (id uuid primary key, email text, raw_user_meta_data jsonb);
        create function auth.uid() returns uuid language sql stable as
            $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
        grant usage on schema auth to byok_owner, authenticated, anon;
        grant select on auth.users to byok_owner;
        insert into auth.users values
            ('\(alice)', 'alice@example.org', '{"locale": "fr-FR"}'), ('\(bob)', 'bob@example.org', '{}');
        """
}

extension TestDatabase {
    /// Runs statements in the session that Supabase's API would open for `user`.
    func psql(_ sql: String, user: String) throws -> String {
        try psql(
            """
            set role authenticated; set request.jwt.claims = '{"sub": "\(user)", "role": "authenticated"}'; \(sql)
            """, role: "authenticator")
    }

    /// The SQLSTATE the statements end with, `00000` where nothing is wrong.
    func sqlState(_ sql: String, role: String) -> String {
        do {
            _ = try psql(sql, role: role)
            return "00000"
        } catch let error as ClusterError {
            return error.message.firstMatch(of: /ERROR:  ([0-9A-Z]{5}):/).map { String($0.1) } ?? error.message
        } catch {
            return "\(error)"
        }
    }

    /// Adds a key as the product's service does. `last` tells keys apart.
    @discardableResult
    func addKey(
        _ last: Int, of user: String = SupabaseShape.alice, provider: String = "anthropic", verdict: String? = "valid"
    ) throws -> String {
        let id = String(format: "10000000-0000-4000-8000-%012d", last)
        let checked = verdict.map { "'\($0)'" } ?? "null"
        _ = try psql(
            """
            select byok.add_key('\(id)', '\(user)', '\(provider)', 'key \(last)', 'sk-a', 1, \(Self.sealed(last)), \(checked))
            """, role: "byok_app")
        return id
    }

    /// Bytes of a sealed key's shape; nothing here opens them.
    static func sealed(_ filler: Int) -> String {
        "decode('01' || repeat('\(String(format: "%02x", filler & 0xff))', 60), 'hex')"
    }
}
