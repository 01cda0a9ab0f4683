import Batch
import Rotation
import System

extension StatusSnapshot {
    /// The same for programs.
    var details: [(String, JSONText.Value)] {
        [
            ("at", .moment(picture.at)), ("phase", .string(phase.rawValue)),
            ("rotation", picture.rotation.map(\.json) ?? .null),
            ("master_keys", .array(picture.keys.map(\.json))), ("pause", picture.pause.map(\.json) ?? .null),
            ("leases", .array(picture.leases.map(\.json))), ("shards", .array(picture.shards.map(\.json))),
            ("replicas", .array(picture.replicas.map(\.json))), ("readers", .array(picture.readers.map(\.json))),
            ("runs", .array(runs.map(\.json))), ("obstacles", .array(obstacles.map { .string($0.rawValue) })),
            ("next_step", .text(order.next?.rawValue)), ("next", .string(order.command.text)),
        ]
    }
}

extension RotationEntry {
    fileprivate var json: JSONText.Value {
        .object([
            ("id", .count(id)), ("target", .count(target)), ("started_at", .moment(startedAt)),
            ("started_by", .string(startedBy)), ("holders_confirmed", .text(holdersConfirmed)),
            ("quarantined", .count(quarantined)), ("fenced_at", .moment(fencedAt)), ("fenced", .bool(isFenced)),
            ("validated_at", .moment(validation?.at)), ("verified_at", .moment(verification?.at)),
            ("verified_rows", verification.map { .count($0.rows) } ?? .null), ("last_lsn", .text(lastPosition)),
            ("finished_at", .moment(finishedAt)), ("ended_as", .text(end?.rawValue)),
        ])
    }
}

extension ShardEntry {
    fileprivate var json: JSONText.Value {
        .object([
            ("shard", .string(shard)), ("pass", .count(pass)), ("total", .count(total)), ("rotated", .count(rotated)),
            ("changed", .count(changed)), ("deleted", .count(deleted)), ("quarantined", .count(quarantined)),
            ("left", .count(left)), ("rows_per_second", rowsPerSecond.map { .number($0) } ?? .null),
            ("seconds_left", remaining.map { .number($0 / .seconds(1)) } ?? .null),
            ("batch_size", batchSize.map { .count($0) } ?? .null),
            ("statement_us", statementTime.map { .integer($0.clampedMicroseconds) } ?? .null),
            ("heap_only_share", heapOnlyShare.map { .number($0) } ?? .null),
            ("wal_bytes_per_key", walPerRow.map { .count($0) } ?? .null),
            ("replica_lag_bytes", replicaLagBytes.map { .count($0) } ?? .null),
            ("waiting_for", .text(waiting?.rawValue)), ("swept_at", .moment(sweptAt)),
            ("updated_at", .moment(updatedAt)),
        ])
    }
}

extension RotationPicture.Pause {
    fileprivate var json: JSONText.Value {
        .object([
            ("since", .moment(at)), ("by", .string(by)), ("reason", .string(reason)), ("all_jobs", .bool(ofAllJobs)),
        ])
    }
}

extension RotationPicture.LeaseHolder {
    fileprivate var json: JSONText.Value {
        .object([
            ("shard", .string(shard)), ("holder", .string(holder)), ("since", .moment(acquiredAt)),
            ("until", .moment(until)), ("live", .bool(isLive)),
        ])
    }
}

extension RotationPicture.Replica {
    fileprivate var json: JSONText.Value {
        .object([
            ("name", .string(name)), ("kind", .string(kind)),
            ("behind_bytes", behindBytes.map { .count($0) } ?? .null),
            ("behind_seconds", behindSeconds.map { .number($0) } ?? .null),
            ("past_end", isPastEnd.map { .bool($0) } ?? .null),
        ])
    }
}

extension RotationPicture.Reader {
    fileprivate var json: JSONText.Value {
        .object([
            ("process", .string(process)), ("versions", .array(versions.map { .count($0) })),
            ("seen_at", .moment(seenAt)),
        ])
    }
}

extension StatusSnapshot.PastRun {
    fileprivate var json: JSONText.Value {
        .object([
            ("run_id", .id(runID)), ("shard", .string(shard)), ("started_at", .moment(startedAt)),
            ("finished_at", .moment(finishedAt)), ("exit", exitStatus.map { .count($0) } ?? .null),
            ("counts", .object(counts.map { ($0.name, .count($0.value)) })),
        ])
    }
}
