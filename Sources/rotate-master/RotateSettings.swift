import Batch
import Rotation
import System
import Vault

/// How a rotation goes, checked once.
struct RotateSettings: Sendable {
    /// Nil for the current master key.
    let target: MasterKeyVersion?
    let limits: BatchPace.Limits
    let workers: Int
    let shard: Shard
    let maxRate: Double?
    let maxReplicaLag: Int
    let health: ServerHealth
    let holdersConfirmed: String?
    let leaseTTL: Duration
    let retention: Retention

    init(_ flags: RotateFlags, in environment: EnvironmentVariables) throws(JobFailure) {
        retention = try Retention(flags.retention)
        do throws(SettingError) {
            target = try Self.target.optionalValue(flag: flags.to, in: environment)
            let isFast = try Self.fast.value(in: environment) || flags.fast
            limits = isFast ? .fast : .polite
            health = ServerHealth(
                mostWAL: try Self.maxWALBacklog.value(flag: flags.maxWALBacklog, in: environment),
                mindsAutovacuum: !isFast)
            workers = try Self.workers.value(flag: flags.workers, in: environment)
            shard = try Self.shard(in: environment).value(flag: flags.shard, in: environment)
            maxRate = try Self.maxRate.optionalValue(flag: flags.maxRate, in: environment)
            maxReplicaLag = try Self.maxReplicaLag.value(flag: flags.maxReplicaLag, in: environment)
            holdersConfirmed = try Self.holdersConfirmed.optionalValue(
                flag: flags.holdersConfirmed, in: environment)
            leaseTTL = try Self.leaseTTL.value(flag: flags.leaseTTL, in: environment)
        } catch {
            throw JobFailure(error)
        }
    }

    static let target = Setting<MasterKeyVersion>(
        "BYOK_ROTATE_TO", flag: "--to",
        help: "The master key to move to, which must be current; by itself the current one, whichever that is.",
        expected: "the number of a master key"
    ) { Int($0).flatMap { MasterKeyVersion($0) } }
    static let fast = Setting<Bool>.toggle(
        "BYOK_ROTATE_FAST", flag: "--fast",
        help: "Up to 1,000 rows a statement, for a quiet hour; by itself about 20, which a service does not notice.")
    static let workers = Setting<Int>.count(
        "BYOK_ROTATE_WORKERS", flag: "--workers", default: 1, within: 1...16,
        help: "Connections that write at the same time.")
    static let shard = shard(in: EnvironmentVariables(reading: [completionIndex]))
    static let maxRate = Setting<Double>.rate(
        "BYOK_ROTATE_MAX_RATE", flag: "--max-rate", help: "At most so many keys a second.")
    static let maxReplicaLag = Setting<Int>.size(
        "BYOK_ROTATE_MAX_REPLICA_LAG", flag: "--max-replica-lag", default: 64 << 20,
        help: "Wait while a replica is further behind than this; BYOK_REPLICA_URL asks one that the primary hides.")
    static let maxWALBacklog = Setting<Int>.size(
        "BYOK_ROTATE_MAX_WAL_BACKLOG", flag: "--max-wal-backlog", default: 4 << 30,
        help: "Wait while more WAL than this waits for its archive, or is kept for a replication slot.")
    static let holdersConfirmed = Setting<String>(
        "BYOK_ROTATE_HOLDERS_CONFIRMED", flag: "--holders-confirmed",
        help: "Why readers that were seen without the key may be passed over; kept with the rotation.",
        expected: "a reason of 1 to 500 characters"
    ) { $0.contains { !$0.isWhitespace } && $0.unicodeScalars.count <= 500 && !$0.utf8.contains(0) ? $0 : nil }
    static let leaseTTL = Setting<Duration>(
        "BYOK_LEASE_TTL", flag: "--lease-ttl", default: .seconds(120),
        help: "How long the lease of a run that died keeps others out.", expected: "a duration from 1s to 1h"
    ) { DurationText.read($0).flatMap { (.seconds(1) ... .seconds(3600)).contains($0) ? $0 : nil } }

    /// What a Kubernetes Indexed Job tells each of its pods.
    private static let completionIndex = "JOB_COMPLETION_INDEX"

    private static func shard(in environment: EnvironmentVariables) -> Setting<Shard> {
        let index = environment[completionIndex]
        return Setting(
            "BYOK_ROTATE_SHARD", flag: "--shard", default: .whole,
            help: "One of several parts, such as 3/8 (from 0); /8 in an Indexed Job, which numbers its pods.",
            expected: "a part such as 3/8, or /8 where JOB_COMPLETION_INDEX is set"
        ) { Shard($0, completionIndex: index) }
    }

    /// Every variable read here, for a snapshot of the environment.
    static let variables: [String] =
        [
            target.variable, fast.variable, workers.variable, shard.variable, maxRate.variable,
            maxReplicaLag.variable, maxWALBacklog.variable, holdersConfirmed.variable, leaseTTL.variable,
        ].map(\.description) + [completionIndex]
}
