import Batch
import FoundationEssentials
import Providers
import System

extension ExplainedKey {
    /// What happens next, and when; sentences for a person.
    var next: [String] {
        guard let present else { return ["Nothing: the key was deleted, with its ciphertext and its waiting mails."] }
        var sentences = sentences(for: present)
        if isPaused, present.status != "disabled" {
            sentences.append(
                """
                Revalidation is paused: nothing is asked until a person calls, as byok_operator, \
                `select \(RunPause.resumption(ofAllJobs: isPausedWithAll))`.
                """)
        }
        return sentences
    }

    private func sentences(for key: Present) -> [String] {
        if key.quarantinedAt != nil {
            return [
                "Not asked any more: its row could not be read. A person has to look; `byok doctor` proves the master keys.",
                "When its user replaces the key, it is asked again.",
            ]
        }
        if key.status == "disabled" { return disabled(key) }
        if key.heldSince != nil, let runID = stake?.runID, let stake { return held(key, runID, stake) }
        if let firstRefusedAt = key.firstRefusedAt {
            return key.heldSince == nil ? struck(key, firstRefusedAt) : unwitnessed(key, firstRefusedAt)
        }
        let asked = "Asked again \(moment(key.nextCheckAt))."
        return key.status == "unchecked"
            ? [asked, "Not usable before its first good answer."] : [asked, "Usable meanwhile."]
    }

    private func disabled(_ key: Present) -> [String] {
        let taking = key.disabledByRun.map {
            "Wrongly disabled? `revalidate undo --run \($0.uuidString.lowercased()) --reason \"…\"` takes its whole run back."
        }
        return ["Never asked again, until its user replaces it."] + (taking.map { [$0] } ?? [])
    }

    private func held(_ key: Present, _ runID: UUID, _ stake: ApproveStake) -> [String] {
        [
            "Its refusal does not count: the guard of \(key.provider.rawValue) has been tripped since "
                + "\(stake.trippedAt?.toTheSecond ?? "an unknown moment").",
            "Asked again \(moment(key.nextCheckAt)); an answer that works settles it.",
            "Counted only when a person releases the guard:",
            "  \(ApproveCommand(runID: runID, phrase: stake.phrase))",
        ]
    }

    /// Held although no guard is tripped: nothing proves that the provider is sound.
    private func unwitnessed(_ key: Present, _ firstRefusedAt: Timestamp) -> [String] {
        let provider = key.provider.rawValue
        let last = firstRefusedAt + StrikeRule.longestWaitForWitness
        return [
            """
            Refused twice, but no other \(provider) key has worked since \
            \(firstRefusedAt.toTheSecond): the provider may be what fails, so the second refusal does not count yet.
            """,
            "Asked again \(moment(key.nextCheckAt)); an answer that works clears the strike.",
            """
            Refused again, it is disabled once another \(provider) key has worked, or from \(last.toTheSecond) on; its user \
            is told by mail.
            """,
        ]
    }

    /// The gap is a setting of the run. Where the key is due before a gap can be over, it was made due by hand or undone.
    private func struck(_ key: Present, _ firstRefusedAt: Timestamp) -> [String] {
        let gap = key.nextCheckAt.map { $0.since(firstRefusedAt) }
        let after = gap.map { $0 > .zero ? ", \(DurationText.write($0)) after the first refusal" : "" } ?? ""
        return [
            "One strike of two. Asked again \(moment(key.nextCheckAt))\(after).",
            """
            Refused then, its gap over (24h unless set otherwise, 168h for answers that working keys get too), it is \
            disabled and its user is told by mail; an answer that works clears the strike.
            """,
            key.status == "unchecked"
                ? "Not usable meanwhile: it never worked." : "Usable meanwhile, after every active key.",
        ]
    }

    private func moment(_ moment: Timestamp?) -> String {
        guard let moment else { return "at no planned time" }
        return moment <= at
            ? "by the next run: due since \(moment.toTheSecond)" : "from \(moment.toTheSecond) on"
    }
}
