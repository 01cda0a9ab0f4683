import Foundation
import Postgres
import TestSupport
import Testing

struct TransactionTests {
    let database = try! PrivateCluster.shared.makeDatabase()

    @Test func `a body that throws leaves nothing behind`() async throws {
        let connection = try database.connection()
        try await connection.run("CREATE TABLE t (n int)")
        let error = await failure { () throws(PostgresError) in
            try await connection.transaction { transaction throws(PostgresError) in
                try transaction.execute(Statement("insert", sql: "INSERT INTO t VALUES (1)"))
                throw PostgresError(.other, operation: "own reason")
            }
        }
        #expect(error == PostgresError(.other, operation: "own reason"))
        #expect(try await connection.ask("SELECT count(*) AS n FROM t").int("n") == 0)
    }

    @Test func `a body that swallows an error is not reported as committed`() async throws {
        let connection = try database.connection()
        let error = await failure { () throws(PostgresError) in
            try await connection.transaction { transaction throws(PostgresError) in
                _ = try? transaction.execute(Statement("divide", sql: "SELECT 1/0"))
            }
        }
        #expect(error?.sqlState == "22012")
    }

    @Test func `a read-only transaction refuses to write`() async throws {
        let connection = try database.connection()
        let error = await failure { () throws(PostgresError) in
            try await connection.transaction(.readOnly) { transaction throws(PostgresError) in
                try transaction.execute(Statement("make", sql: "CREATE TABLE r (n int)"))
            }
        }
        #expect(error?.kind == .readOnly)
        #expect(error?.sqlState == "25006")
    }

    @Test func `a refused row shows neither in the error nor in its dump`() async throws {
        let connection = try database.connection()
        try await connection.run("CREATE TABLE u (secret text CONSTRAINT only_one UNIQUE)")
        try await connection.run("INSERT INTO u VALUES ($1)", [.text("hidden-words")])
        let error = await failure { () throws(PostgresError) in
            try await connection.run("INSERT INTO u VALUES ($1)", [.text("hidden-words")])
        }
        #expect(error?.kind == .constraint)
        #expect(error?.sqlState == "23505")
        #expect(error?.name == "only_one")
        #expect(!"\(String(describing: error)) \(String(reflecting: error))".contains("hidden-words"))
    }

    @Test func `a statement that outlives its deadline is stopped and the connection still serves`() async throws {
        let connection = try database.connection()
        let error = await failure { () throws(PostgresError) in
            try await connection.execute(
                Statement("sleep", sql: "SELECT pg_sleep(60)", deadline: .milliseconds(100)))
        }
        #expect(error?.kind == .timeout)
        #expect(try await connection.ask("SELECT 1 AS n").int("n") == 1)
    }

    @Test func `an idle connection that the server closed is made again`() async throws {
        let connection = try database.connection()
        let process = try await connection.ask("SELECT pg_backend_pid() AS pid").int("pid")
        _ = try database.psql("SELECT pg_terminate_backend(\(process), 5000)")
        #expect(try await connection.ask("SELECT pg_backend_pid() AS pid").int("pid") != process)
    }

    @Test func `a transaction whose backend is ended says that the connection is lost`() async throws {
        let connection = try database.connection()
        let error = await failure { () throws(PostgresError) in
            try await connection.transaction { transaction throws(PostgresError) in
                try transaction.execute(Statement("end", sql: "SELECT pg_terminate_backend(pg_backend_pid())"))
            }
        }
        #expect(error?.kind == .connectionLost)
        #expect(try await connection.ask("SELECT 1 AS n").int("n") == 1)
    }

    @Test func `rows stream and copy in and out`() async throws {
        let connection = try database.connection()
        try await connection.run("CREATE TABLE c (n int)")
        let counts = try await connection.transaction { transaction throws(PostgresError) -> [Int] in
            var next = 0
            let stored = try transaction.copyIn(Statement("in", sql: "COPY c FROM STDIN")) {
                next += 1
                return next <= 100_000 ? Array("\(next)\n".utf8) : nil
            }
            let sent = try transaction.copyOut(Statement("out", sql: "COPY c TO STDOUT")) { _ in }
            var streamed = 0
            try transaction.stream(Statement("stream", sql: "SELECT n FROM c")) { row throws(PostgresError) in
                streamed += try row.int("n") > 0 ? 1 : 0
            }
            return [stored, sent, streamed]
        }
        #expect(counts == [100_000, 100_000, 100_000])
    }

    @Test(arguments: ["db.example.org", "10.0.0.1", "127.0.0.1.example.org", "localhost,db.example.org"])
    func `a server elsewhere must prove who it is`(_ host: String) throws {
        #expect(throws: PostgresError.self) {
            try ConnectionSettings(variables: ["PGHOST": host, "PGSSLMODE": "require"])
        }
        #expect(throws: Never.self) { try ConnectionSettings(variables: ["PGHOST": host]) }
    }

    @Test func `a plain server is refused where verify-full was written down`() async throws {
        let port = try LoopbackPort.free()
        let cluster = try PrivateCluster(settings: ["listen_addresses=127.0.0.1"], port: port)
        let settings = try ConnectionSettings(
            variables: ["DATABASE_URL": "postgresql://postgres@127.0.0.1:\(cluster.port)/postgres?sslmode=verify-full"])
        let error = await failure { () throws(PostgresError) in try await PostgresConnection(settings).connect() }
        #expect(error?.kind == .tlsNotVerifiable)
    }
}
