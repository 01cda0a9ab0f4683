import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

/// Every SQLSTATE that decides what a job does next, produced by a real server.
struct SQLStateTests {
    let database = try! PrivateCluster.shared.makeDatabase()

    private func table() throws {
        _ = try database.psql("CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 0), (2, 0)")
    }

    /// Runs the statements of one transaction and gives how it failed.
    private func fail(_ statements: String..., role: String = "postgres") async throws -> PostgresError? {
        let client = try database.connection(role: role)
        return await failure { () throws(PostgresError) in
            try await client.transaction { transaction throws(PostgresError) in
                for sql in statements { try transaction.execute(Statement("step", sql: sql)) }
            }
        }
    }

    private func waitFor(_ condition: String) throws {
        for _ in 0..<1000 {
            if try database.psql("SELECT \(condition)") == "t" { return }
            usleep(10_000)
        }
    }

    @Test func `an administrator's end of the session is 57P01: connection lost`() async throws {
        let error = try await fail("SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1")
        #expect(error?.kind == .connectionLost)
        #expect(error?.sqlState == "57P01")
    }

    @Test func `the server's own time limit is 57014: timeout`() async throws {
        let error = try await fail("SET LOCAL statement_timeout = 50", "SELECT pg_sleep(60)")
        #expect(error == PostgresError(.timeout, operation: "step", sqlState: "57014"))
    }

    @Test func `a missing right is 42501: not permitted`() async throws {
        try table()
        let role = "stranger_\(database.name)"
        _ = try database.psql("CREATE ROLE \(role) LOGIN")
        let error = try await fail("SELECT * FROM t", role: role)
        #expect(error?.kind == .notPermitted)
        #expect(error?.sqlState == "42501")
    }

    @Test(arguments: ["INSERT INTO t VALUES (3, 3)", "SELECT * FROM t FOR UPDATE"])
    func `a write into a read-only database is 25006: read only`(_ sql: String) async throws {
        try table()
        let error = try await fail("SET TRANSACTION READ ONLY", sql)
        #expect(error?.kind == .readOnly)
        #expect(error?.sqlState == "25006")
        #expect(error?.isWorthRetrying == false)
    }

    @Test func `idling in a transaction too long is 25P03: connection lost, and nothing was done`() async throws {
        try table()
        let client = try database.connection()
        for isLast in [false, true] {
            let error = await failure { () throws(PostgresError) in
                try await client.transaction { transaction throws(PostgresError) in
                    try transaction.execute(Statement("write", sql: "UPDATE t SET n = 1"))
                    try transaction.execute(
                        Statement("limit", sql: "SET LOCAL idle_in_transaction_session_timeout = 50"))
                    usleep(500_000)
                    if !isLast { try transaction.execute(Statement("late", sql: "SELECT 1")) }
                }
            }
            #expect(error?.kind == .connectionLost)
            #expect(isLast || error?.sqlState == "25P03")
        }
        #expect(try database.psql("SELECT sum(n) FROM t") == "0")
    }

    @Test func `a serialisation failure is 40001, and the second attempt passes`() async throws {
        try table()
        let attempts = Counter()
        let client = try database.connection()
        func work(retrying retries: Int) async throws(PostgresError) {
            try await client.transaction(.repeatableRead, retrying: retries) { transaction throws(PostgresError) in
                _ = try transaction.query(Statement("look", sql: "SELECT n FROM t"))
                if attempts.next() == 1 { _ = try? database.psql("UPDATE t SET n = n + 10") }
                try transaction.execute(Statement("add", sql: "UPDATE t SET n = n + 1"))
            }
        }
        let error = await failure { () throws(PostgresError) in try await work(retrying: 0) }
        #expect(error == PostgresError(.retryTransaction, operation: "add", sqlState: "40001"))
        attempts.reset()
        try await work(retrying: 1)
        #expect(try database.psql("SELECT min(n), max(n) FROM t") == "21|21")
    }

    @Test func `a deadlock is 40P01, and the second attempt passes`() async throws {
        try table()
        let attempts = Counter()
        let rival = Mutex<Task<Void, any Error>?>(nil)
        let states = Mutex<[String?]>([])
        let client = try database.connection()
        try await client.transaction(retrying: 1) { transaction throws(PostgresError) in
            // Ours is found first, so ours is the one that the server ends.
            try transaction.execute(Statement("soon", sql: "SET LOCAL deadlock_timeout = '10ms'"))
            try transaction.execute(Statement("first", sql: "UPDATE t SET n = n + 1 WHERE id = 1"))
            if attempts.next() == 1 {
                let other = database.beside(
                    "SET deadlock_timeout = '1min'; BEGIN; UPDATE t SET n = n + 1 WHERE id = 2; "
                        + "UPDATE t SET n = n + 1 WHERE id = 1; COMMIT")
                rival.withLock { $0 = other }
                try? waitFor("EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid IS NOT NULL)")
            }
            do throws(PostgresError) {
                try transaction.execute(Statement("second", sql: "UPDATE t SET n = n + 1 WHERE id = 2"))
            } catch {
                states.withLock { $0.append(error.sqlState) }
                throw error
            }
        }
        try await rival.withLock { $0 }?.value
        #expect(states.withLock { $0 } == ["40P01"])
        #expect(try database.psql("SELECT min(n), max(n) FROM t") == "2|2")
    }

    @Test func `a lock that is not free is 55P03, and tried again until it is`() async throws {
        try table()
        let holder = database.beside("BEGIN; UPDATE t SET n = 5; SELECT pg_sleep(1); COMMIT")
        try waitFor(
            "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')")
        let refused = try await fail("SELECT * FROM t FOR UPDATE NOWAIT")
        #expect(refused == PostgresError(.retryTransaction, operation: "step", sqlState: "55P03"))
        let client = try database.connection()
        try await client.transaction(retrying: 1000) { transaction throws(PostgresError) in
            try transaction.execute(Statement("limit", sql: "SET LOCAL lock_timeout = 20"))
            try transaction.execute(Statement("add", sql: "UPDATE t SET n = n + 1"))
        }
        try await holder.value
        #expect(try database.psql("SELECT min(n), max(n) FROM t") == "6|6")
    }

    @Test(arguments: ["23505": "INSERT INTO t VALUES (1, 1)", "42P01": "SELECT * FROM nowhere"])
    func `what no second attempt would mend is not tried again`(_ state: String, _ sql: String) async throws {
        try table()
        let attempts = Counter()
        let client = try database.connection()
        let error = await failure { () throws(PostgresError) in
            try await client.transaction(retrying: 5) { transaction throws(PostgresError) in
                _ = attempts.next()
                try transaction.execute(Statement("step", sql: sql))
            }
        }
        #expect(error?.sqlState == state)
        #expect(attempts.value == 1)
    }
}

final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
    func reset() { count.store(0, ordering: .relaxed) }
}
