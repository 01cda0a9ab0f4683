public import FoundationEssentials
public import Postgres
internal import System

/// The right to run one shard of a job: a row in `byok.job_leases`, renewed while the process lives.
///
/// What protects the data is the token, which every writing transaction checks, not the clock.
public struct Lease: Sendable {
    public let job: StaticString
    public let shard: String
    public let token: UUID
    private let connection: PostgresConnection
    private let asked: PostgresConnection
    private let renewal: Task<Void, Never>

    /// `connection` serves the lease alone, so that a long statement elsewhere cannot hold up a renewal.
    /// A lease that another process holds is the failure `leaseHeld`, which names the holder and since when.
    ///
    /// `outwaiting` waits, for one life of the lease at most, while nobody renews it: its holder was killed, and a
    /// scheduler that starts the job again at once would use up its attempts. A holder that lives shows within a third
    /// of its lease's life. A stop ends the waiting: `stopped`.
    ///
    /// `asking` is a connection that is open anyway, and free at the beginning and at the end: a run that is over before
    /// the first renewal then needs no other.
    public static func take(
        _ run: Run, shard: String = "0/1", for timeToLive: Duration = .seconds(60), outwaiting: Bool = false,
        on connection: PostgresConnection, asking other: PostgresConnection? = nil
    ) async throws(JobFailure) -> Lease {
        let asked = other ?? connection
        let request = Statement(
            "acquire_lease", sql: PackageResources.acquire_lease_sql,
            [.text(run.job.description), .text(shard), .text(holder), .interval(timeToLive)])
        var answer = try await Answer(request, on: asked)
        if outwaiting, case .held(let found) = answer {
            let progress = run.progress("s waited", total: Int(timeToLive.components.seconds))
            defer { progress.finish() }
            // The database's clock decides; ours only ends the waiting, a little later.
            let end = Deadline(after: timeToLive + .seconds(2))
            while case .held(let now) = answer, now == found, !end.hasPassed {
                progress.advance(note: "another run's lease is not renewed: \(PlaceName(found.holder))")
                guard await run.stop.sleep(for: .seconds(1)) else {
                    throw JobFailure(.stopped, "stopped while another run's lease was waited for", next: "run again")
                }
                answer = try await Answer(request, on: asked)
            }
        }
        switch answer {
        case .taken(let token): return Lease(run, shard, token, connection, asked, timeToLive)
        case .held(let holding):
            throw JobFailure(
                .leaseHeld,
                "another run holds the lease: \(PlaceName(holding.holder)) since \(holding.acquiredAt)",
                next: "nothing: it goes on, or its lease ends within \(timeToLive)")
        }
    }

    private init(
        _ run: Run, _ shard: String, _ token: UUID, _ connection: PostgresConnection, _ asked: PostgresConnection,
        _ timeToLive: Duration
    ) {
        self.job = run.job
        self.shard = shard
        self.token = token
        self.connection = connection
        self.asked = asked
        let renew = Statement(
            "renew_lease", sql: PackageResources.renew_lease_sql,
            [.text(run.job.description), .text(shard), .uuid(token), .interval(timeToLive)], idempotent: true)
        renewal = Task {
            while (try? await Task.sleep(for: timeToLive / 3)) != nil {
                // An unreachable database leaves the lease as it is: whoever takes it over changes the token.
                guard let rows = try? await connection.query(renew), let row = try? rows.single() else { continue }
                // A release that overtook it took the row.
                if !Task.isCancelled, (try? row.bool("renewed")) == false {
                    run.stop.markLeaseLost()
                    return
                }
            }
        }
    }

    /// Lets the next run begin at once. A lease that cannot be released ends by itself.
    public func release() async {
        renewal.cancel()
        _ = try? await asked.query(
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

/// What the database says to whoever asks for a lease.
private enum Answer {
    /// A renewal shows as a later end.
    struct Holding: Equatable {
        let holder: String
        let acquiredAt: Timestamp
        let until: Timestamp
    }

    case taken(UUID)
    case held(Holding)

    init(_ request: Statement, on connection: PostgresConnection) async throws(JobFailure) {
        do throws(PostgresError) {
            let row = try await connection.query(request).single()
            guard try row.bool("acquired") else {
                self = .held(
                    Holding(
                        holder: try row.text("holder"), acquiredAt: try row.timestamp("acquired_at"),
                        until: try row.timestamp("until")))
                return
            }
            self = .taken(try row.uuid("token"))
        } catch { throw JobFailure(error) }
    }
}
