import Batch
import FoundationEssentials
import Providers
import System

extension ExplainedKey {
    var text: String {
        let sections = [head, ["What happens next"] + next.map { "  " + $0 }, lookLines, eventLines, mailLines]
        return sections.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
    }

    /// The rule that decided the last answer, where the record is enough to tell.
    var rule: ExplainedRule? {
        guard let look = lastAnswer, let provider = look.provider, let status = look.httpStatus,
            let verdict = look.verdict
        else { return nil }
        return ExplainedRule.deciding(provider, status: status, code: look.code, verdict: verdict)
    }

    private var head: [String] {
        var rows = [["Key", keyID.uuidString.lowercased()]]
        if let present {
            rows.append(["Of", "user \(present.userID.uuidString.lowercased())"])
            rows.append(["Is", "\(present.provider.rawValue) \(present.prefix)… \"\(present.label)\""])
            rows.append(["Added", "\(present.createdAt.toTheSecond), revision \(present.revision)"])
            rows.append(["State", state(of: present)])
            rows.append(["Strikes", strikes(of: present)])
            rows.append(["Settled", settled(present)])
        } else {
            rows.append(["State", "deleted"])
        }
        if let rule { rows.append(["Because", "\(rule.why) (rule \(rule.name))"]) }
        if let stake { rows.append(["Guard", sentence(of: stake)]) }
        return AlignedRows.lines(rows, indent: 0)
    }

    private func state(of key: Present) -> String {
        if let at = key.quarantinedAt {
            return "\(key.status), quarantined \(at.toTheSecond): \(key.quarantineReason ?? "no reason on record")"
        }
        guard key.status == "disabled" else { return key.status }
        let run = key.disabledByRun.map { " by run \($0.uuidString.lowercased())" } ?? ""
        return """
            disabled \(key.disabledAt?.toTheSecond ?? "")\(run): \(key.disabledReason ?? "no reason on record")
            """
    }

    private func strikes(of key: Present) -> String {
        guard let first = key.firstRefusedAt else { return "none" }
        guard key.status == "disabled", let disabledAt = key.disabledAt else {
            return "1 of 2, refused \(first.toTheSecond)"
        }
        return """
            2 of 2, refused \(first.toTheSecond) and \(disabledAt.toTheSecond), \
            \(DurationText.write(disabledAt.since(first))) apart
            """
    }

    private func settled(_ key: Present) -> String {
        guard let verdict = key.lastVerdict, let at = key.lastCheckedAt else { return "never: no answer counted yet" }
        return "\(verdict), \(at.toTheSecond)"
    }

    private func sentence(of stake: ApproveStake) -> String {
        let counts = "\(stake.refused) of \(stake.looked) refused in 24 h, lets pass \(stake.threshold)"
        if let trippedAt = stake.trippedAt { return "TRIPPED since \(trippedAt.toTheSecond): \(counts)" }
        let until = stake.approvedUntil.map { "released until \($0.toTheSecond): " } ?? "watching: "
        return until + counts
    }

    private var lookLines: [String] {
        if looks.isEmpty { return ["Last looks: none"] }
        let rows = looks.map { look in
            [
                look.at.toTheSecond, look.verdict ?? "not asked", look.outcome,
                look.httpStatus.map { "HTTP \($0)" } ?? "-", look.code ?? "-",
                look.latency.map { "\($0) ms" } ?? "-", look.requestID ?? "-", look.runID.uuidString.lowercased(),
            ]
        }
        let titles = ["when", "verdict", "outcome", "status", "code", "took", "request", "run"]
        return ["Last looks"] + AlignedRows.lines([titles] + rows)
    }

    private var eventLines: [String] {
        if events.isEmpty { return ["History: none"] }
        return ["History"]
            + AlignedRows.lines(
                events.map { event in
                    [
                        event.at.toTheSecond, event.name, event.reason ?? "-",
                        event.runID.map { "run " + $0.uuidString.lowercased() } ?? "by hand",
                    ]
                })
    }

    private var mailLines: [String] {
        if mails.isEmpty { return ["Mails: none"] }
        return ["Mails"]
            + AlignedRows.lines(
                mails.map { mail in
                    [
                        mail.kind, mail.state,
                        mail.sentAt.map { "sent \($0.toTheSecond)" } ?? "not before \(mail.notBefore.toTheSecond)",
                        mail.runID.map { "run " + $0.uuidString.lowercased() } ?? "-",
                    ]
                })
    }
}
