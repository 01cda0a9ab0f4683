internal import System

/// How the end of a run is told: JSON on request, one line on a terminal, and a container's termination message.
struct Announcement {
    let job: String
    let runID: String?
    let conclusion: Conclusion

    var json: String {
        var fields: [(String, JSONText.Value)] = [
            ("job", .string(job)), ("run_id", runID.map { .string($0) } ?? .null),
            ("outcome", .string(conclusion.outcome.name.description)),
            ("exit", .integer(Int64(conclusion.status.rawValue))),
            ("counts", .object(conclusion.counts.map { ($0.name, .integer(Int64($0.value))) })),
            ("report", conclusion.report.map { .string($0) } ?? .null),
        ]
        if conclusion.status != .done, let summary = conclusion.summary {
            fields.append(("error", .string(summary.text)))
        }
        if let next = conclusion.next { fields.append(("next", .string(next.text))) }
        fields += conclusion.details.map { ($0.name, $0.value) }
        return JSONText.write(.object(fields))
    }

    var line: String {
        var parts = ["\(job): \(conclusion.outcome.name)"]
        if let summary = conclusion.summary { parts.append(summary.text) }
        if !conclusion.counts.isEmpty {
            parts.append(conclusion.counts.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
        }
        if let report = conclusion.report { parts.append("report in \(report)") }
        if let next = conclusion.next { parts.append("next: \(next.text)") }
        if conclusion.status != .done { parts.append("exit \(conclusion.status.rawValue)") }
        return Terminal.escape(parts.joined(separator: "; "))
    }

    /// Kubernetes shows at most 4 KiB of it; the file is there only inside a container.
    func leaveTerminationMessage(at path: String = "/dev/termination-log") {
        TerminationMessage.leave(line, at: path)
    }
}
