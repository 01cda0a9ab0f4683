import Foundation
import Postgres
import TestSupport
import Testing

/// Faults of the network between the client and a healthy server.
struct LostConnectionTests {
    let database = try! PrivateCluster.shared.makeDatabase()
    let relay = try! Relay(to: .shared)

    private func client() throws -> PostgresConnection {
        var settings = try ConnectionSettings(variables: relay.environment(database))
        settings.reconnectBudget = .seconds(20)
        return PostgresConnection(settings)
    }

    private func rows() throws -> String { try database.psql("SELECT count(*) FROM t") }

    @Test func `a commit whose reply is lost is unknown, and durable`() async throws {
        let client = try client()
        try await client.run("CREATE TABLE t (n int)")
        relay.set(.losesCommitReply)
        let error = await failure { () throws(PostgresError) in
            try await client.transaction(retrying: 3) { transaction throws(PostgresError) in
                try transaction.execute(Statement("insert", sql: "INSERT INTO t VALUES (1)"))
            }
        }
        relay.set(.none)
        #expect(error?.kind == .commitUnknown)
        #expect(error?.operation == "commit")
        #expect(try rows() == "1")
        #expect(try await client.ask("SELECT count(*) AS n FROM t").int("n") == 1)
    }

    @Test func `a connection lost before the commit was sent leaves nothing and says so`() async throws {
        let client = try client()
        try await client.run("CREATE TABLE t (n int)")
        let error = await failure { [relay] () throws(PostgresError) in
            try await client.transaction { transaction throws(PostgresError) in
                try transaction.execute(Statement("insert", sql: "INSERT INTO t VALUES (1)"))
                relay.cut()
            }
        }
        #expect(error == PostgresError(.connectionLost, operation: "commit"))
        #expect(try rows() == "0")
    }

    @Test func `a change outside a transaction whose reply is lost is unknown, and not sent twice`() async throws {
        let client = try client()
        try await client.run("CREATE TABLE t (n int)")
        relay.set(.losesCommitReply)
        let error = await failure { () throws(PostgresError) in
            try await client.run("INSERT INTO t VALUES (1) -- COMMIT")
        }
        relay.set(.none)
        #expect(error?.kind == .commitUnknown)
        #expect(try rows() == "1")
    }

    @Test func `an idempotent statement is sent again on a new connection`() async throws {
        let client = try client()
        try await client.connect()
        Thread.detachNewThread { [relay] in
            usleep(300_000)
            relay.cut()
        }
        let sleep = Statement("sleep", sql: "SELECT pg_sleep(0.6), 7 AS n", idempotent: true)
        #expect(try await client.query(sleep).single().int("n") == 7)
    }

    @Test(arguments: ["stream", "copy out", "copy in"])
    func `a connection that breaks in the middle of a flow is lost, not waited for`(_ kind: String) async throws {
        let client = try client()
        try await client.run("CREATE TABLE t (n text)")
        let error = await failure { [relay] () throws(PostgresError) in
            try await client.transaction { transaction throws(PostgresError) in
                let rows = "SELECT repeat('x', 1000) AS n FROM generate_series(1, 100000)"
                var count = 0
                func cutOnce() {
                    count += 1
                    if count == 10 { relay.cut() }
                }
                switch kind {
                case "stream":
                    try transaction.stream(Statement("stream", sql: rows)) { _ throws(PostgresError) in cutOnce() }
                case "copy out":
                    let copy = Statement("copy", sql: "COPY (\(rows)) TO STDOUT")
                    _ = try transaction.copyOut(copy) { _ throws(PostgresError) in cutOnce() }
                default:
                    _ = try transaction.copyIn(Statement("copy", sql: "COPY t FROM STDIN")) {
                        cutOnce()
                        return count < 2000 ? [UInt8](repeating: 120, count: 10_000) + [10] : nil
                    }
                }
            }
        }
        #expect(error?.kind == .connectionLost)
        #expect(try rows() == "0")
    }

    @Test func `a peer that vanishes is noticed by the statement's deadline`() async throws {
        let client = try client()
        try await client.connect()
        let error = await failure { [relay] () throws(PostgresError) in
            try await client.transaction { transaction throws(PostgresError) in
                relay.set(.vanished)
                try transaction.execute(Statement("ask", sql: "SELECT 1", deadline: .milliseconds(200)))
            }
        }
        #expect(error == PostgresError(.timeout, operation: "ask"))
        relay.set(.none)
        #expect(try await client.ask("SELECT 1 AS n").int("n") == 1)
    }

    @Test func `four connections sleep side by side`() async throws {
        let clients = try (0..<4).map { _ in try client() }
        for client in clients { try await client.connect() }
        // Each waits until all four are there: one after the other, none would ever end.
        let meet = """
            DO $$ BEGIN
              PERFORM pg_advisory_xact_lock_shared(4711);
              FOR attempt IN 1..1000 LOOP
                EXIT WHEN (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) = 4;
                PERFORM pg_sleep(0.02);
                IF attempt = 1000 THEN RAISE SQLSTATE 'BK001'; END IF;
              END LOOP;
              PERFORM pg_sleep(0.2);
            END $$
            """
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { try await client.run(meet) } }
            try await group.waitForAll()
        }
    }

    @Test func `a cancelled task ends its statement in the server`() async throws {
        let client = try client()
        let work = Task { await failure { () throws(PostgresError) in try await client.run("SELECT pg_sleep(60)") } }
        let sleepers =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database.name)' AND wait_event = 'PgSleep'"
        while try database.psql(sleepers) == "0" { try await Task.sleep(for: .milliseconds(20)) }
        work.cancel()
        #expect(await work.value?.kind == .cancelled)
        #expect(try database.psql(sleepers) == "0")
        #expect(try await client.ask("SELECT 1 AS n").int("n") == 1)
    }
}
