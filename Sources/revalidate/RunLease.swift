import Batch
import FoundationEssentials
import Postgres
import System

/// The lease of this job: one run at a time, told apart by a token that every write shows.
struct RunLease: Sendable {
    let token: UUID
    private let keeper: PostgresConnection
    private let ttl: Duration

    /// Throws `leaseHeld` with who holds it and since when.
    static func acquire(_ database: Database, ttl: Duration, runID: UUID) async throws(JobFailure) -> RunLease {
        let process = ProcessInfo.processInfo
        let holder = "\(process.hostName):\(process.processIdentifier) run \(runID.uuidString.lowercased())"
        let statement = Statement(
            "acquire lease", sql: PackageResources.acquire_lease_sql,
            [.text(String(holder.prefix(200))), .interval(ttl)])
        do {
            let row = try await database.keeper.query(statement).single()
            guard let token = try row.optionalUUID("token"), try row.bool("acquired") else {
                let holder = PlaceName(try row.text("holder"))
                let since = try row.timestamp("acquired_at")
                throw JobFailure(
                    .leaseHeld, "another run holds the lease: \(holder), since \(since)",
                    next: "wait for it to end; a run that died gives way after its --lease-ttl")
            }
            return RunLease(token: token, keeper: database.keeper, ttl: ttl)
        } catch let failure as JobFailure {
            throw failure
        } catch let error as PostgresError {
            throw JobFailure(error)
        } catch {
            throw JobFailure(.broken, "the lease was not understood")
        }
    }

    /// Until cancelled. What fences is the token, so a renewal that fails while the database is away only waits.
    func keep(_ halt: Halt) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: ttl / 3)
            if Task.isCancelled { return }
            let statement = Statement(
                "renew lease", sql: PackageResources.renew_lease_sql, [.uuid(token), .interval(ttl)], idempotent: true)
            let renewed = try? await keeper.query(statement).single().bool("renewed")
            if renewed == false {
                halt.fail(
                    JobFailure(
                        .leaseHeld, "another run has taken the lease over", next: "run again when it has ended"))
            }
        }
    }

    /// A lease that cannot be released ends by itself.
    func release() async {
        let statement = Statement(
            "release lease", sql: PackageResources.release_lease_sql, [.uuid(token)], idempotent: true)
        _ = try? await keeper.query(statement)
    }
}
