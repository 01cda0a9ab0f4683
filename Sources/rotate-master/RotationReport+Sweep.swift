import Batch
import Reports
import System

extension RotationReport {
    /// Each step that the database holds, in its order.
    static func steps(_ evidence: RotationEvidence) -> Section {
        let rotation = evidence.picture.rotation
        let rows: [(String, Timestamp?, String)] = [
            (
                "made current",
                evidence.target.flatMap { target in
                    evidence.picture.keys.first { $0.version == target }?.activatedAt
                }, "new keys are sealed under it"
            ),
            ("sweep begun", rotation?.startedAt, "by \(rotation?.startedBy ?? "nobody")"),
            (
                "fence raised", rotation?.fencedAt,
                rotation?.isFenced == true
                    ? "nothing is sealed under another version from here on"
                    : "down again: another key was made current"
            ),
            ("proved", rotation?.validation?.at, counted(rotation?.validation)),
            ("verified", rotation?.verification?.at, counted(rotation?.verification)),
            ("ended", rotation?.finishedAt, rotation?.end?.rawValue ?? ""),
        ]
        return Section(
            "Steps",
            tables: [
                Table(
                    "What happened when",
                    columns: [
                        Column("step", "Step"), Column("at", "At", .timestamp), Column("detail", "Detail"),
                    ],
                    rows: rows.map { [.text($0.0), moment($0.1), .text($0.1 == nil ? "not yet" : $0.2)] })
            ])
    }

    private static func counted(_ proof: RotationEntry.Proof?) -> String {
        guard let proof else { return "" }
        return "\(proof.rows) keys" + (proof.quarantined > 0 ? ", \(proof.quarantined) set aside" : "")
    }

    static func sweep(_ evidence: RotationEvidence) -> Section {
        let shards = evidence.picture.shards
        let total = [
            Cell.text("all"), .count(evidence.sealedAnew), .count(shards.reduce(0) { $0 &+ $1.changed }),
            .count(shards.reduce(0) { $0 &+ $1.deleted }), .count(shards.reduce(0) { $0 &+ $1.quarantined }),
            rate(evidence), share(evidence.heapOnly, of: evidence.sealedAnew),
            evidence.sealedAnew > 0 ? .count(evidence.walBytes / evidence.sealedAnew) : .text("-"),
        ]
        return Section(
            "The sweep",
            notes: [
                """
                The rate of all is keys sealed anew over the time from the beginning to the proof, pauses included; that of \
                a shard is its last one. A heap-only update touches no index. WAL is what the server wrote meanwhile, other \
                sessions' included.
                """
            ],
            tables: [
                Table(
                    "Shards",
                    columns: [
                        Column("shard", "Shard"), Column("sealed_anew", "Sealed anew", .count),
                        Column("changed", "Changed meanwhile", .count), Column("deleted", "Deleted meanwhile", .count),
                        Column("set_aside", "Set aside", .count), Column("keys_per_second", "Keys/s", .count),
                        Column("heap_only_percent", "Heap-only %", .decimal),
                        Column("wal_bytes_per_key", "WAL bytes/key", .count),
                    ],
                    rows: shards.map(row), totals: shards.isEmpty ? nil : total)
            ])
    }

    private static func row(_ shard: ShardEntry) -> [Cell] {
        [
            .text(shard.shard), .count(shard.rotated), .count(shard.changed), .count(shard.deleted),
            .count(shard.quarantined), shard.rowsPerSecond.map { .count(Int(min($0, 1e12))) } ?? .text("-"),
            share(shard.heapOnly, of: shard.rotated), shard.walPerRow.map { .count($0) } ?? .text("-"),
        ]
    }

    private static func share(_ part: Int, of whole: Int) -> Cell {
        guard whole > 0 else { return .text("-") }
        return .decimal(String(percent(part, of: whole).dropLast(2)))
    }

    private static func rate(_ evidence: RotationEvidence) -> Cell {
        let seconds = (evidence.rotationTime ?? .zero) / .seconds(1)
        guard seconds > 0, evidence.sealedAnew > 0 else { return .text("-") }
        return .count(Int(min(Double(evidence.sealedAnew) / seconds, 1e12)))
    }

    static func readersAndReplicas(_ evidence: RotationEvidence) -> Section {
        Section(
            "Readers and replicas",
            tables: [
                Table(
                    "Readers seen within 24 hours, and the master keys they hold",
                    columns: [
                        Column("process", "Process", .identifier), Column("versions", "Versions"),
                        Column("seen_at", "Seen", .timestamp),
                    ],
                    rows: evidence.picture.readers.map { reader in
                        [
                            .text(reader.process), .text(reader.versions.map { "\($0)" }.joined(separator: ", ")),
                            .timestamp(reader.seenAt),
                        ]
                    }),
                Table(
                    "Replicas and slots",
                    columns: [
                        Column("name", "Name", .identifier), Column("kind", "Kind"),
                        Column("behind_bytes", "Bytes behind", .count), Column("past_end", "Past the sweep", .status),
                    ],
                    rows: evidence.picture.replicas.map { replica in
                        [
                            .text(replica.name), .text(replica.kind),
                            replica.behindBytes.map { .count($0) } ?? .unknown,
                            .status(replica.isPastEnd.map { $0 ? .pass : .fail } ?? .notDecided),
                        ]
                    }),
            ])
    }
}
