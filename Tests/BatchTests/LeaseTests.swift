import ArgumentParser
import Foundation
import Postgres
import System
import TestSupport
import Testing

@testable import Batch

@Suite struct LeaseTests {
    private static func run() throws -> Run {
        Run(job: "revalidate", settings: try CommonSettings(CommonFlags.parse([]), in: EnvironmentVariables([:])))
    }

    private static func connection(_ database: TestDatabase) throws -> PostgresConnection {
        PostgresConnection(try ConnectionSettings(variables: database.environment(role: "byok_revalidate")))
    }

    @Test func `a second run is told who holds the lease and since when`() async throws {
        let database = try PrivateCluster.shared.makeDatabase(schema: true)
        let lease = try await Lease.take(Self.run(), on: Self.connection(database))

        let refusal = await #expect(throws: JobFailure.self) {
            try await Lease.take(Self.run(), on: Self.connection(database))
        }

        #expect(refusal?.outcome == .leaseHeld)
        #expect(refusal?.message.text.contains(":\(ProcessInfo.processInfo.processIdentifier) since ") == true)
        await lease.release()
        let next = try await Lease.take(Self.run(), on: Self.connection(database))
        await next.release()
    }

    @Test func `a run whose lease another took over stops`() async throws {
        let database = try PrivateCluster.shared.makeDatabase(schema: true)
        let run = try Self.run()
        let lease = try await Lease.take(run, for: .milliseconds(300), on: Self.connection(database))

        _ = try database.psql("UPDATE byok.job_leases SET token = gen_random_uuid()")

        while run.stop.reason == nil { try await Task.sleep(for: .milliseconds(20)) }
        #expect(run.stop.reason == .leaseLost)
        await lease.release()
        #expect(try database.psql("SELECT count(*) FROM byok.job_leases") == "1")
    }

    @Test func `a lease asked for on an open connection needs its own for renewals only`() async throws {
        let database = try PrivateCluster.shared.makeDatabase(schema: true)
        let asked = try Self.connection(database)
        let connected = """
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'byok_revalidate'
            """
        let long = try await Lease.take(Self.run(), on: Self.connection(database), asking: asked)
        #expect(try database.psql(connected) == "1")
        await long.release()
        #expect(try database.psql("SELECT count(*) FROM byok.job_leases") == "0")

        let short = try await Lease.take(
            Self.run(), for: .milliseconds(900), on: Self.connection(database), asking: asked)
        let until = try database.psql("SELECT until FROM byok.job_leases")
        var looks = 0
        while looks < 100, try database.psql("SELECT until FROM byok.job_leases") == until {
            looks += 1
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try database.psql("SELECT until FROM byok.job_leases") != until)
        #expect(try database.psql(connected) == "2")
        await short.release()
        #expect(try database.psql("SELECT count(*) FROM byok.job_leases") == "0")
    }

    /// As a process leaves it that was killed.
    private static func leaveBehind(_ database: TestDatabase, for life: String) throws {
        _ = try database.psql(
            "SELECT byok.acquire_lease('revalidate', '0/1', 'dead:1', '\(life)')", role: "byok_revalidate")
    }

    @Test func `a lease that nobody renews is waited for by whoever asks for that, and by nobody else`() async throws {
        let database = try PrivateCluster.shared.makeDatabase(schema: true)
        try Self.leaveBehind(database, for: "3 s")

        let hasty = await #expect(throws: JobFailure.self) {
            try await Lease.take(Self.run(), for: .seconds(3), on: Self.connection(database))
        }
        let lease = try await Lease.take(
            Self.run(), for: .seconds(3), outwaiting: true, on: Self.connection(database))

        #expect(hasty?.outcome == .leaseHeld)
        await lease.release()
    }

    @Test func `a lease that is renewed sends the second run away, and one longer than ours too`() async throws {
        let database = try PrivateCluster.shared.makeDatabase(schema: true)
        // Renewed every ten seconds, by this very process.
        let lease = try await Lease.take(Self.run(), for: .seconds(30), on: Self.connection(database))

        let refusal = await #expect(throws: JobFailure.self) {
            try await Lease.take(Self.run(), for: .seconds(600), outwaiting: true, on: Self.connection(database))
        }

        #expect(refusal?.outcome == .leaseHeld)
        await lease.release()
        try Self.leaveBehind(database, for: "10 min")
        let longer = await #expect(throws: JobFailure.self) {
            try await Lease.take(Self.run(), for: .seconds(1), outwaiting: true, on: Self.connection(database))
        }
        #expect(longer?.outcome == .leaseHeld)
    }

    @Test func `a stop ends the waiting for a lease`() async throws {
        let database = try PrivateCluster.shared.makeDatabase(schema: true)
        try Self.leaveBehind(database, for: "10 min")
        let flags = try CommonFlags.parse(["--max-duration", "1s"])
        let run = Run(job: "revalidate", settings: try CommonSettings(flags, in: EnvironmentVariables([:])))

        let refusal = await #expect(throws: JobFailure.self) {
            try await Lease.take(run, for: .seconds(600), outwaiting: true, on: Self.connection(database))
        }

        #expect(refusal?.outcome == .stopped)
    }

    @Test func `a run leaves its row, its counts and what it opened`() async throws {
        let database = try PrivateCluster.shared.makeDatabase(schema: true)
        let run = try Self.run()
        let connection = try Self.connection(database)
        let lease = try await Lease.take(run, on: Self.connection(database))

        let record = try await RunRecord.start(run, under: lease, on: connection)
        try await record.tellDecryptions([("revalidate", 3)])
        try await record.finish(Conclusion([.quarantined(1)], counts: [.init("valid", 2)]), digest: nil)
        await lease.release()

        #expect(try database.psql("SELECT exit_status, counts FROM byok.job_runs") == #"65|{"valid": 2}"#)
        #expect(
            try database.psql("SELECT actor, detail->'opened' FROM byok.audit_log WHERE action = 'keys.opened'")
                == #"byok_revalidate|{"revalidate": 3}"#)
    }
}
