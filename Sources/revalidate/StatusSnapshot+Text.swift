import Batch
import FoundationEssentials
import Postgres
import Providers
import System

extension StatusSnapshot {
    /// What a person reads: aligned, without colour, the worst first where an order is ours to choose.
    var text: String {
        let sections = [
            ["revalidate at \(at.toTheSecond)"], overview, runLines, guardLines, suspectLines,
        ]
        return sections.filter { !$0.isEmpty }.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
    }

    private var overview: [String] {
        var rows: [[String]] = []
        rows.append(["Pause", pause.map { words(of: $0) } ?? "none"])
        rows += leases.isEmpty ? [["Lease", "free"]] : leases.map { ["Lease", sentence(of: $0)] }
        rows.append([
            "Backlog",
            """
            \(backlog.due) due now, \(backlog.overdue) overdue by more than 7 days, \
            next due \(backlog.nextDueAt?.toTheSecond ?? "never")
            """,
        ])
        rows.append(["Keys", backlog.keys.map { "\($0.count) \($0.name)" }.joined(separator: ", ")])
        rows += mailRows
        return AlignedRows.lines(rows, indent: 0)
    }

    private func words(of pause: Pause) -> String {
        """
        \(pause.ofAllJobs ? "all jobs " : "")paused since \(pause.at.toTheSecond) by \(pause.by): \(pause.reason); \
        byok_operator ends it with select \(RunPause.resumption(ofAllJobs: pause.ofAllJobs))
        """
    }

    private func sentence(of lease: LeaseHolder) -> String {
        let shard = lease.shard.isEmpty ? "" : "shard \(lease.shard): "
        let since = "\(shard)\(lease.holder) since \(lease.acquiredAt.toTheSecond)"
        return lease.isLive
            ? "held by \(since), renewed until \(lease.until.toTheSecond)"
            : "left behind by \(since), ran out \(lease.until.toTheSecond): the next run takes it over"
    }

    private var mailRows: [[String]] {
        if mails.isEmpty { return [["Mails", "none waiting, held or failed, none sent in the last 24 h"]] }
        return mails.map { mail in
            switch mail.state {
            case "queued":
                let next = mail.nextAt.map { ", the next at \($0.toTheSecond)" } ?? ""
                return [
                    "Mails",
                    "\(mail.count) queued: \(mail.waiting) wait their 30 minutes\(next); undo still stops them",
                ]
            case "sent": return ["Mails", "\(mail.count) sent in the last 24 h"]
            default: return ["Mails", "\(mail.count) \(mail.state)"]
            }
        }
    }

    private var runLines: [String] {
        if runs.isEmpty { return ["Last runs: none yet"] }
        let rows = runs.map { run in
            [
                run.startedAt.toTheSecond, run.runID.uuidString.lowercased(),
                run.finishedAt.map { "took " + DurationText.write($0.since(run.startedAt)) } ?? "not finished",
                run.exitStatus.map { "exit \($0)" } ?? "",
                run.counts.map { "\($0.name) \($0.value)" }.joined(separator: ", "),
            ]
        }
        return ["Last runs"] + AlignedRows.lines(rows)
    }

    private var guardLines: [String] {
        let head = ["provider", "state", "looked", "refused", "lets pass", "held", "struck"]
        let rows = stakes.map { stake in
            [
                stake.provider.rawValue, state(of: stake), "\(stake.looked)", "\(stake.refused)",
                "\(stake.threshold)", "\(stake.held)", "\(stake.struck)",
            ]
        }
        return ["Guards, counted over the last 24 h"] + AlignedRows.lines([head] + rows)
            + stakes.flatMap(releaseLines)
    }

    private func state(of stake: ApproveStake) -> String {
        if let trippedAt = stake.trippedAt { return "TRIPPED \(trippedAt.toTheSecond)" }
        return stake.approvedUntil.map { "released until \($0.toTheSecond)" } ?? "watching"
    }

    private func releaseLines(_ stake: ApproveStake) -> [String] {
        guard let runID = stake.runID else { return [] }
        return [
            "",
            """
            \(stake.provider.rawValue): nothing is disabled and no mail leaves until a person decides. \
            An outage: wait. The refusals are true:
            """,
            "  \(ApproveCommand(runID: runID, phrase: stake.phrase))",
        ]
    }

    private func decision(on suspect: Suspect) -> String {
        guard suspect.isHeld else { return suspect.decidedAt?.toTheSecond ?? "not planned" }
        if stakes.contains(where: { $0.provider.rawValue == suspect.provider && $0.runID != nil }) {
            return "held by the guard"
        }
        let last = suspect.firstRefusedAt + StrikeRule.longestWaitForWitness
        return "held until another \(suspect.provider) key works, or \(last.toTheSecond)"
    }

    private var suspectLines: [String] {
        if suspectCount == 0 { return ["Keys with one strike: none"] }
        let head = ["key", "provider", "label", "first refused", "asked again, and decided"]
        let rows = suspects.map { suspect in
            [
                suspect.keyID.uuidString.lowercased(), suspect.provider, AlignedRows.short(suspect.label),
                suspect.firstRefusedAt.toTheSecond,
                decision(on: suspect),
            ]
        }
        let rest = suspectCount - suspects.count
        return ["Keys with one strike: \(suspectCount)"] + AlignedRows.lines([head] + rows)
            + (rest > 0 ? ["  and \(rest) more"] : [])
    }
}
