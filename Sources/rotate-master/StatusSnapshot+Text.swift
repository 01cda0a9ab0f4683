import Batch
import FoundationEssentials
import Rotation
import System

extension StatusSnapshot {
    /// What a person reads: aligned, without colour.
    var text: String {
        let sections = [
            ["rotate-master at \(picture.at.toTheSecond)"], overview, shardLines, replicaLines, readerLines, runLines,
            nextLines,
        ]
        return sections.filter { !$0.isEmpty }.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
    }

    private var overview: [String] {
        var rows: [[String]] = [["Phase", phaseWords]]
        if let rotation = picture.rotation { rows.append(["Rotation", sentence(of: rotation)]) }
        rows.append(["Keys", keyWords])
        rows.append(["Pause", picture.pause.map(words) ?? "none"])
        rows += picture.leases.isEmpty ? [["Lease", "free"]] : picture.leases.map { ["Lease", sentence(of: $0)] }
        return AlignedRows.lines(rows, indent: 0)
    }

    private var phaseWords: String {
        switch phase {
        case .idle: "idle: nothing is under way"
        case .waiting: "waiting: a sweep has not begun"
        case .sweeping: picture.liveLeases.isEmpty ? "sweeping, but nobody is at work" : "sweeping"
        case .fenced: "fenced: nothing is sealed under an older key any more; the proof is next"
        case .proved: "proved: no key is left under an older version; opening every key is next"
        case .verified: "verified: every key opens; retiring the older key is next"
        }
    }

    private func sentence(of rotation: RotationEntry) -> String {
        let begun =
            "\(rotation.id) to master key \(rotation.target), begun \(rotation.startedAt.toTheSecond) by \(rotation.startedBy)"
        guard let end = rotation.end, let at = rotation.finishedAt else { return begun }
        return "\(begun); \(end == .retired ? "ended" : "given up for another key") \(at.toTheSecond)"
    }

    private var keyWords: String {
        if picture.keys.isEmpty { return "none registered" }
        return picture.keys.map { key in
            let aside = key.quarantined > 0 ? " and \(key.quarantined) set aside" : ""
            return "version \(key.version) (\(key.state?.rawValue ?? "not registered")): \(key.readable)\(aside)"
        }.joined(separator: "; ")
    }

    private func words(of pause: RotationPicture.Pause) -> String {
        let job = pause.ofAllJobs ? "*" : "rotate-master"
        return """
            \(pause.ofAllJobs ? "all jobs " : "")paused since \(pause.at.toTheSecond) by \(pause.by): \(pause.reason); \
            byok_operator ends it with select byok.resume('\(job)', '<reason>')
            """
    }

    private func sentence(of lease: RotationPicture.LeaseHolder) -> String {
        let since = "shard \(lease.shard): \(lease.holder) since \(lease.acquiredAt.toTheSecond)"
        return lease.isLive
            ? "held by \(since), renewed until \(lease.until.toTheSecond)"
            : "left behind by \(since), ran out \(lease.until.toTheSecond): the next run takes it over"
    }

    private var shardLines: [String] {
        guard picture.rotation != nil, !picture.shards.isEmpty else { return [] }
        let head = [
            "shard", "sealed anew", "of", "keys/s", "to go", "batch", "statement", "heap-only", "WAL/key", "lag",
            "waits for", "told",
        ]
        return ["Shards"] + AlignedRows.lines([head] + picture.shards.map(cells))
    }

    private func cells(_ shard: ShardEntry) -> [String] {
        [
            shard.shard, "\(shard.rotated)", "\(shard.total)",
            shard.sweptAt == nil ? shard.rowsPerSecond.map { "\(Int(min($0, 1e12)))" } ?? "-" : "-",
            shard.sweptAt == nil ? shard.remaining.map(DurationText.write) ?? "?" : "swept",
            shard.batchSize.map { "\($0)" } ?? "-", shard.statementTime.map(Self.milliseconds) ?? "-",
            shard.heapOnlyShare.map(Self.percent) ?? "-", shard.walPerRow.map { "\($0) B" } ?? "-",
            shard.replicaLagBytes.map { "\($0) B" } ?? "not known", shard.waiting?.rawValue ?? "nothing",
            shard.updatedAt.toTheSecond,
        ]
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let hundredths = duration.clampedMicroseconds / 10
        let rest = String(hundredths % 100 + 100).dropFirst()
        return "\(hundredths / 100).\(rest) ms"
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded(.down))) %" }

    private var replicaLines: [String] {
        if picture.replicas.isEmpty { return [] }
        let rows = picture.replicas.map { replica in
            [
                replica.name, replica.kind, replica.behindBytes.map { "\($0) bytes behind" } ?? "position not known",
                picture.rotation?.lastPosition == nil
                    ? ""
                    : replica.isPastEnd.map { $0 ? "past the end of the sweep" : "before the end of the sweep" }
                        ?? "not decided",
            ]
        }
        return ["Replicas"] + AlignedRows.lines(rows)
    }

    private var readerLines: [String] {
        if picture.readers.isEmpty { return ["Readers: none said within 24 h which keys it holds"] }
        let rows = picture.readers.map { reader in
            let lacks = order.target.map { reader.versions.contains($0) ? "" : "LACKS \($0)" } ?? ""
            return [
                reader.process, "holds \(reader.versions.map { "\($0)" }.joined(separator: ", "))",
                "seen \(reader.seenAt.toTheSecond)", lacks,
            ]
        }
        return ["Readers"] + AlignedRows.lines(rows)
    }

    private var runLines: [String] {
        if runs.isEmpty { return ["Last runs: none yet"] }
        let rows = runs.map { run in
            [
                run.startedAt.toTheSecond, run.runID.uuidString.lowercased(), run.shard,
                run.finishedAt.map { "took " + DurationText.write($0.since(run.startedAt)) } ?? "not finished",
                run.exitStatus.map { "exit \($0)" } ?? "",
                run.counts.map { "\($0.name) \($0.value)" }.joined(separator: ", "),
            ]
        }
        return ["Last runs"] + AlignedRows.lines(rows)
    }

    private var nextLines: [String] {
        let terms = picture.previous.first.map { RetirementTerms(version: $0.version) }
        let obstacles = obstacles.compactMap { obstacle in
            terms.map { "  in the way: \($0.words(for: obstacle, in: picture).what.text)" }
        }
        return ["Next, as \(order.role):", "  \(order.command.text)"] + obstacles
    }
}
