public import FoundationEssentials
public import Postgres

/// The right to run one shard of a job: a row in `byok.job_leases`, renewed while the process lives.
///
/// What protects the data is the token, which every writing transaction checks, not the clock.
public struct Lease: Sendable {
    public let job: StaticString
    public let shard: String
    public let token: UUID
    private let connection: PostgresConnection
    private let renewal: Task<Void, Never>

    /// `connection` serves the lease alone, so that a long statement elsewhere cannot hold up a renewal.
    /// A lease that another process holds is the failure `leaseHeld`, which names the holder and since when.
    public static func take(
        _ run: Run, shard: String = "0/1", for timeToLive: Duration = .seconds(60), on connection: PostgresConnection
    ) async throws(JobFailure) -> Lease {
        let row: Row
        do {
            row = try await connection.query(
                Statement(
                    "acquire_lease", sql: PackageResources.acquire_lease_sql,
                    [.text(run.job.description), .text(shard), .text(holder), .interval(timeToLive)])
            ).single()
            guard try row.bool("acquired") else {
                throw JobFailure(
                    .leaseHeld,
                    "another run holds the lease: \(PlaceName(try row.text("holder"))) since \(try row.timestamp("acquired_at"))",
                    next: "nothing: it goes on, or its lease ends within \(timeToLive)")
            }
            return Lease(run, shard, try row.uuid("token"), connection, timeToLive)
        } catch let failure as JobFailure {
            throw failure
        } catch let error as PostgresError {
            throw JobFailure(error)
        } catch {
            throw JobFailure(.broken, "the lease could not be taken", next: "report this")
        }
    }

    private init(
        _ run: Run, _ shard: String, _ token: UUID, _ connection: PostgresConnection, _ timeToLive: Duration
    ) {
        self.job = run.job
        self.shard = shard
        self.token = token
        self.connection = connection
        let renew = Statement(
            "renew_lease", sql: PackageResources.renew_lease_sql,
            [.text(run.job.description), .text(shard), .uuid(token), .interval(timeToLive)], idempotent: true)
        renewal = Task {
            while (try? await Task.sleep(for: timeToLive / 3)) != nil {
                // An unreachable database leaves the lease as it is: whoever takes it over changes the token.
                guard let rows = try? await connection.query(renew), let row = try? rows.single() else { continue }
                if (try? row.bool("renewed")) == false {
                    run.stop.markLeaseLost()
                    return
                }
            }
        }
    }

    /// Lets the next run begin at once. A lease that cannot be released ends by itself.
    public func release() async {
        renewal.cancel()
        _ = try? await connection.query(
            Statement(
                "release_lease", sql: PackageResources.release_lease_sql,
                [.text(job.description), .text(shard), .uuid(token)], idempotent: true))
        await connection.close()
    }

    /// `host:process`, so that an operator finds who runs.
    static var holder: String {
        let process = ProcessInfo.processInfo
        return "\(process.hostName):\(process.processIdentifier)"
    }
}
