import Foundation
import Postgres
import Secrets
import TestSupport
import Testing

/// Who may be talked to, and how we prove who we are, on a cluster of its own.
@Suite(.serialized) struct TransportTests {
    private static let cluster = try! PrivateCluster(
        settings: ["listen_addresses=127.0.0.1"], port: try! LoopbackPort.free())
    private static let certificates = try! Certificates()

    let cluster = Self.cluster
    let certificates = Self.certificates

    private func serve(_ pair: (certificate: String, key: String)) throws {
        try cluster.install("server.crt", contents: pair.certificate)
        try cluster.install("server.key", contents: pair.key)
        _ = try maintenance.psql("ALTER SYSTEM SET ssl = on")
        try cluster.restart()
    }

    private var maintenance: TestDatabase { TestDatabase(cluster: cluster, name: "postgres") }

    private func connect(trusting authority: String = "ours", host: String = "localhost") async throws -> PostgresError?
    {
        let settings = try ConnectionSettings(variables: [
            "PGHOST": host, "PGHOSTADDR": "127.0.0.1", "PGPORT": "\(cluster.port)", "PGUSER": "postgres",
            "PGDATABASE": "postgres", "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": certificates.path(authority + ".crt"),
        ])
        let client = PostgresConnection(settings)
        return await failure { () throws(PostgresError) in
            let row = try await client.ask("SELECT ssl AS yes FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            guard try row.bool("yes") else { throw PostgresError(.other, operation: "plain") }
        }
    }

    @Test func `a server whose certificate verifies is talked to, under TLS`() async throws {
        try serve(certificates.issue(by: "ours", for: "localhost"))
        #expect(try await connect() == nil)
    }

    @Test func `a certificate for another name is refused`() async throws {
        try serve(certificates.issue(by: "ours", for: "db.example.org"))
        #expect(try await connect()?.kind == .tlsNotVerifiable)
        #expect(try await connect(host: "db.example.org") == nil)
    }

    @Test func `a certificate of an authority that we do not know is refused`() async throws {
        try serve(certificates.issue(by: "another", for: "localhost"))
        #expect(try await connect()?.kind == .tlsNotVerifiable)
        #expect(try await connect(trusting: "another") == nil)
    }

    @Test func `a certificate that has expired is refused`() async throws {
        try serve(certificates.issue(by: "ours", for: "localhost", days: -1))
        #expect(try await connect()?.kind == .tlsNotVerifiable)
    }

    @Test func `a certificate that nobody vouches for is refused`() async throws {
        try serve(certificates.selfSigned(for: "localhost"))
        let error = try await connect()
        #expect(error?.kind == .tlsNotVerifiable)
        #expect(error?.connection?.cause == .unprovedCertificate)
    }

    @Test func `a file of authorities that is missing is a refusal, not a shrug`() async throws {
        try serve(certificates.issue(by: "ours", for: "localhost"))
        #expect(try await connect(trusting: "missing")?.kind == .tlsNotVerifiable)
    }

    @Test func `a service file could name any server, so the certificate must verify`() throws {
        #expect(throws: PostgresError.self) {
            try ConnectionSettings(variables: ["PGSERVICE": "elsewhere", "PGSSLMODE": "prefer"])
        }
    }

    // MARK: passwords

    private func makeGuarded(password: String) throws {
        _ = try maintenance.psql(
            "DROP ROLE IF EXISTS guarded; CREATE ROLE guarded LOGIN PASSWORD '\(password)'")
        try cluster.setAccessRules("local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256")
        try cluster.restart()
    }

    private func settings(url: String = "", password: String?) throws -> ConnectionSettings {
        let target = "postgresql://guarded\(url)@127.0.0.1:\(cluster.port)/postgres?sslmode=disable"
        let databaseURL = secret(target)
        let separate = secret(password)
        return try ConnectionSettings(databaseURL: databaseURL, password: separate)
    }

    private func secret(_ text: String?) -> SecretBytes? {
        guard let text else { return nil }
        return SecretBytes(copying: Array(text.utf8).span)
    }

    @Test func `a password opens the door, from its own place and from the URL, which comes first`() async throws {
        let word = UUID().uuidString
        try makeGuarded(password: word)
        for settings in try [
            settings(password: word), settings(url: ":" + word, password: nil),
            settings(url: ":" + word, password: "wrong"),
        ] {
            let row = try await PostgresConnection(settings).ask("SELECT current_user::text AS me")
            #expect(try row.text("me") == "guarded")
            #expect(!"\(settings) \(String(reflecting: settings)) \(dumped(settings))".contains(word))
        }
    }

    @Test func `a wrong or missing password is not permitted, at once, and shows nowhere`() async throws {
        let word = UUID().uuidString
        try makeGuarded(password: UUID().uuidString)
        for password in [word, nil] {
            let client = PostgresConnection(try settings(password: password))
            let error = await failure { () throws(PostgresError) in try await client.connect() }
            #expect(error?.kind == .notPermitted)
            #expect(error?.sqlState == (password == nil ? nil : "28P01"))
            #expect(
                error?.connection
                    == FailedConnection(
                        server: "127.0.0.1:\(cluster.port)", database: "postgres", role: "guarded",
                        cause: password == nil ? .noPassword : nil))
            #expect(!"\(dumped(error)) \(dumped(client))".contains(word))
        }
    }

    private func dumped(_ value: some Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }
}
