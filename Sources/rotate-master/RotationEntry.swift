import Rotation
import System

/// One rotation as the database keeps it: its steps, which no row of a key tells.
struct RotationEntry: Sendable {
    enum End: String, CaseIterable, Sendable {
        case retired, superseded
    }

    let id: Int
    let target: Int
    let startedAt: Timestamp
    let startedBy: String
    let holdersConfirmed: String?
    /// Rows that it set aside.
    let quarantined: Int
    let fencedAt: Timestamp?
    /// Nothing is sealed under another version than the target at this moment.
    let isFenced: Bool
    let validation: Proof?
    /// The database's constraint stands and was validated.
    let isProved: Bool
    let lastPosition: String?
    let verification: Proof?
    let finishedAt: Timestamp?
    let end: End?
    /// A run of it asked the replica of BYOK_REPLICA_URL, so its retirement asks it too.
    let declaresReplica: Bool
    /// Keys by version when it began.
    let before: [(version: Int, keys: Int)]

    struct Proof: Sendable {
        let at: Timestamp
        let rows: Int
        let quarantined: Int
    }
}

/// How far one shard of a sweep has come.
struct ShardEntry: Sendable {
    let shard: String
    let pass: Int
    /// Keys under other versions when it was taken up first.
    let total: Int
    let rotated: Int
    let changed: Int
    let deleted: Int
    let quarantined: Int
    let heapOnly: Int
    let walBytes: Int
    let batchSize: Int?
    let statementTime: Duration?
    let rowsPerSecond: Double?
    let replicaLagBytes: Int?
    let waiting: WaitReason?
    let sweptAt: Timestamp?
    let updatedAt: Timestamp

    /// Of 1; nil before the first row.
    var heapOnlyShare: Double? { rotated > 0 ? Double(heapOnly) / Double(rotated) : nil }
    var walPerRow: Int? { rotated > 0 ? walBytes / rotated : nil }
    var left: Int { max(0, total &- rotated &- changed &- deleted &- quarantined) }

    /// At the rate it goes now.
    var remaining: Duration? {
        guard sweptAt == nil, let rate = rowsPerSecond, rate > 0 else { return nil }
        return .seconds(min(Double(left) / rate, 1e9))
    }
}
