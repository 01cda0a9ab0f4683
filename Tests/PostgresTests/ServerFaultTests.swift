import Foundation
import Postgres
import TestSupport
import Testing

/// Faults of the server itself, on a cluster that no other suite uses.
@Suite(.serialized) struct ServerFaultTests {
    private static let cluster = try! PrivateCluster(settings: [
        "max_connections=8", "superuser_reserved_connections=0", "max_wal_senders=0", "synchronous_commit=on",
    ])

    let cluster = Self.cluster
    let database = try! Self.cluster.makeDatabase()

    @Test func `a crash while the connection idles is not even noticed`() async throws {
        let client = try database.connection()
        try await client.connect()
        try cluster.stop()
        try cluster.start()
        #expect(try await client.ask("SELECT 1 AS n").int("n") == 1)
    }

    @Test func `a crash in the middle of a transaction loses it, and only it`() async throws {
        let client = try database.connection()
        try await client.run("CREATE TABLE t (n int)")
        try await client.run("INSERT INTO t VALUES (1)")
        let error = await failure { [cluster] () throws(PostgresError) in
            try await client.transaction { transaction throws(PostgresError) in
                let insert = Statement("insert", sql: "INSERT INTO t VALUES (2)")
                try transaction.execute(insert)
                try? cluster.stop()
                try transaction.execute(insert)
            }
        }
        #expect(error == PostgresError(.connectionLost, operation: "insert"))
        try cluster.start()
        #expect(try await client.ask("SELECT count(*) AS n FROM t").int("n") == 1)
    }

    @Test func `a server that comes back within the budget is waited for`() async throws {
        let client = try database.connection()
        try await client.connect()
        try cluster.stop()
        Thread.detachNewThread { [cluster] in
            usleep(700_000)
            try? cluster.start()
        }
        let answer = try await client.transaction { transaction throws(PostgresError) in
            try transaction.query(Statement("ask", sql: "SELECT 1 AS n")).single().int("n")
        }
        #expect(answer == 1)
    }

    @Test func `a server that stays away is unavailable once the budget is spent, not before`() async throws {
        var settings = try database.settings()
        settings.reconnectBudget = .seconds(1)
        let client = PostgresConnection(settings)
        try cluster.stop()
        let start = ContinuousClock.now
        let error = await failure { () throws(PostgresError) in try await client.connect() }
        let waited = ContinuousClock.now - start
        try cluster.start()
        #expect(error?.kind == .unavailable)
        #expect(error?.isWorthRetrying == true)
        #expect(waited >= .milliseconds(900))
        #expect(waited < .seconds(15))
    }

    @Test func `a server that is shutting down says 57P03 and is unavailable`() async throws {
        let witness = try database.connection()
        try await witness.connect()
        try cluster.stop(.smart, waiting: false)
        while (try? database.psql("SELECT 1")) != nil {}
        var settings = try database.settings()
        settings.reconnectBudget = .milliseconds(300)
        let error = await failure { () throws(PostgresError) in try await PostgresConnection(settings).connect() }
        try cluster.stop()
        try cluster.start()
        #expect(error?.kind == .unavailable)
        #expect(error?.sqlState == "57P03")
    }

    @Test func `a full server says 53300 and is tried again until a place is free`() async throws {
        var settings = try database.settings()
        var held: [PostgresConnection] = []
        settings.reconnectBudget = .milliseconds(300)
        var refused: PostgresError?
        while refused == nil, held.count < 20 {
            let client = PostgresConnection(settings)
            refused = await failure { () throws(PostgresError) in try await client.connect() }
            if refused == nil { held.append(client) }
        }
        #expect(refused?.kind == .unavailable)
        #expect(refused?.sqlState == "53300")
        settings.reconnectBudget = .seconds(20)
        let patient = PostgresConnection(settings)
        async let answer = patient.ask("SELECT 1 AS n")
        await held[0].close()
        #expect(try await answer.int("n") == 1)
    }
}
