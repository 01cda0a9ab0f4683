import Foundation
import Postgres
import TestSupport
import Testing

/// Two clients share one server connection of a real PgBouncer in transaction mode.
@Suite(.serialized) struct PoolerTests {
    let database = try! PrivateCluster.shared.makeDatabase()
    let pooler = try! Pooler(.shared)

    private func client() throws -> PostgresConnection {
        var settings = try ConnectionSettings(variables: pooler.environment(database))
        settings.reconnectBudget = .seconds(20)
        return PostgresConnection(settings)
    }

    @Test func `a pooler is told from a server`() async throws {
        #expect(try await client().isPooled())
        #expect(try await !database.connection().isPooled())
    }

    @Test func `every kind of statement works while two clients take turns on one server connection`() async throws {
        let clients = [try client(), try client()]
        try await clients[0].run("CREATE TABLE t (client int, n int)")
        for round in 0..<5 {
            for (number, client) in clients.enumerated() {
                try await useEveryKind(client, number, round)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, client) in clients.enumerated() {
                group.addTask { for round in 5..<15 { try await useEveryKind(client, number, round) } }
            }
            try await group.waitForAll()
        }
        let total = try await clients[0].ask("SELECT count(*) AS n, count(DISTINCT client) AS clients FROM t")
        #expect(try total.int("n") == 2 * 15 * 102)
        #expect(try total.int("clients") == 2)
        #expect(
            try await clients[0].ask("SELECT pg_backend_pid() AS n").int("n")
                == clients[1].ask("SELECT pg_backend_pid() AS n").int("n"))
    }

    private func useEveryKind(_ client: PostgresConnection, _ number: Int, _ round: Int) async throws {
        let values = [number, nil, round]
        #expect(try await client.ask("SELECT $1 AS a", [.ints(values)]).ints("a") == values)
        try await client.run("INSERT INTO t VALUES ($1, $2)", [.int(number), .int(round)])
        let seen = try await client.transaction { transaction throws(PostgresError) -> [Int] in
            var left = 100
            let stored = try transaction.copyIn(Statement("in", sql: "COPY t FROM STDIN")) {
                left -= 1
                return left >= 0 ? Array("\(number)\t\(left)\n".utf8) : nil
            }
            let sent = try transaction.copyOut(Statement("out", sql: "COPY (SELECT 1 FROM t) TO STDOUT")) { _ in }
            var streamed = 0
            let all = Statement("stream", sql: "SELECT n FROM t")
            try transaction.stream(all) { row throws(PostgresError) in streamed += try row.int("n") >= 0 ? 1 : 0 }
            let add = Statement("insert", sql: "INSERT INTO t SELECT $1, unnest($2)", [.int(number), .ints([round])])
            try transaction.execute(add)
            try transaction.run(script: Statement("script", sql: "SELECT 1; SELECT 2"))
            return [stored, sent - streamed]
        }
        #expect(seen == [100, 0])
    }

    @Test func `a body that fails in the middle of each kind gives the server connection back clean`() async throws {
        let client = try client()
        let other = try self.client()
        try await client.run("CREATE TABLE f (n int)")
        for kind in 0..<3 {
            let error = await failure { () throws(PostgresError) in
                try await client.transaction { transaction throws(PostgresError) in
                    let own = PostgresError(.other, operation: "own")
                    let rows = "SELECT generate_series(1, 100000) AS n"
                    switch kind {
                    case 0:
                        try transaction.stream(Statement("stream", sql: rows)) { _ throws(PostgresError) in throw own }
                    case 1:
                        let copy = Statement("out", sql: "COPY (\(rows)) TO STDOUT")
                        _ = try transaction.copyOut(copy) { _ throws(PostgresError) in throw own }
                    default:
                        let copy = Statement("in", sql: "COPY f FROM STDIN")
                        _ = try transaction.copyIn(copy) { () throws(PostgresError) in throw own }
                    }
                }
            }
            #expect(error?.operation == "own")
            #expect(try await other.ask("SELECT count(*) AS n FROM f").int("n") == 0)
        }
    }

    @Test func `a statement stopped inside a transaction leaves the other client alone`() async throws {
        let clients = [try client(), try client()]
        for _ in 0..<5 {
            let error = await failure { () throws(PostgresError) in
                try await clients[0].transaction { transaction throws(PostgresError) in
                    let sleep = Statement("sleep", sql: "SELECT pg_sleep(60)", deadline: .milliseconds(50))
                    try transaction.execute(sleep)
                }
            }
            #expect(error?.kind == .timeout)
            #expect(try await clients[1].ask("SELECT pg_sleep(0.05), 1 AS n").int("n") == 1)
        }
    }

    @Test func `deadlines at the very end of statements never stop a stranger's statement`() async throws {
        let strangers = [try client(), try client()]
        let hasty = try client()
        let work = Task {
            var errors: [PostgresError] = []
            for round in 0..<60 {
                let stranger = strangers[round % 2]
                let error = await failure { () throws(PostgresError) in try await stranger.run("SELECT pg_sleep(0.02)")
                }
                if let error { errors.append(error) }
            }
            return errors
        }
        for round in 0..<30 {
            let sleep = Statement(
                "hasty", sql: "SELECT pg_sleep(0.02)", deadline: .milliseconds(18 + round % 6), idempotent: true)
            _ = await failure { () throws(PostgresError) in try await hasty.execute(sleep) }
        }
        #expect(await work.value == [])
    }

    @Test func `a statement alone that outlives its deadline behind a pooler has an unknown outcome`() async throws {
        let client = try client()
        let error = await failure { () throws(PostgresError) in
            try await client.execute(Statement("slow", sql: "SELECT pg_sleep(1)", deadline: .milliseconds(100)))
        }
        #expect(error?.kind == .commitUnknown)
        #expect(try await client.ask("SELECT 1 AS n").int("n") == 1)
    }

    @Test func `a pooler that restarts while the client idles is reached again`() async throws {
        let client = try client()
        #expect(try await client.ask("SELECT 1 AS n").int("n") == 1)
        pooler.stop()
        try pooler.start()
        #expect(try await client.ask("SELECT 2 AS n").int("n") == 2)
    }

    @Test func `a pooler that stops in the middle of a transaction loses it`() async throws {
        let client = try client()
        let error = await failure { [pooler] () throws(PostgresError) in
            try await client.transaction { transaction throws(PostgresError) in
                try transaction.execute(Statement("one", sql: "SELECT 1"))
                pooler.stop()
                try transaction.execute(Statement("two", sql: "SELECT 2"))
            }
        }
        #expect(error?.kind == .connectionLost)
        try pooler.start()
        #expect(try await client.ask("SELECT 3 AS n").int("n") == 3)
    }

    @Test func `a server whose sessions end behind the pooler is reached again`() async throws {
        let client = try client()
        let process = try await client.ask("SELECT pg_backend_pid() AS pid").int("pid")
        _ = try database.psql("SELECT pg_terminate_backend(\(process), 5000)")
        let again = Statement("again", sql: "SELECT pg_backend_pid() AS pid", idempotent: true)
        #expect(try await client.query(again).single().int("pid") != process)
    }
}
