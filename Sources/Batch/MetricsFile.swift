internal import System

/// Figures of the last run for node_exporter's textfile collector: of the run as a whole, never of a user or a key.
struct MetricsFile {
    let job: String
    let finishedAt: Timestamp
    let duration: Duration
    let conclusion: Conclusion
    let version: StaticString

    /// Replaces the file at once, readable by the collector, which is another user. When this run failed, the
    /// time of the last success is carried over from the file that was there.
    func write(to path: String) throws(SystemError) {
        let earlier = try? PrivateFile.read(path, limit: 1 << 20)
        let success = conclusion.status == .done ? finishedAt : lastSuccess(in: earlier ?? [])
        try PrivateFile.write(Array(text(lastSuccess: success).utf8), to: path, readableByAll: true)
    }

    func text(lastSuccess: Timestamp?) -> String {
        var text = ""
        if let lastSuccess {
            text += gauge(
                "last_success_timestamp_seconds", "When a run last ended with status 0.", seconds(lastSuccess))
        }
        text += gauge("last_run_timestamp_seconds", "When a run last ended.", seconds(finishedAt))
        text += gauge("last_exit_code", "Exit status of the last run.", "\(conclusion.status.rawValue)")
        text += gauge("duration_seconds", "How long the last run took.", "\(duration / .seconds(1))")
        text += gauge("guard_tripped", "Whether a guard held the last run back.", guardTripped ? "1" : "0")
        text += head("rows", "Rows of the last run by what became of them.")
        for count in conclusion.counts { text += "\(name("rows")){outcome=\"\(count.name)\"} \(count.value)\n" }
        text += head("build_info", "The version that ran last.")
        return text + "\(name("build_info")){version=\"\(version)\"} 1\n"
    }

    private var guardTripped: Bool { conclusion.outcomes.contains(.guardTripped) }

    private func lastSuccess(in bytes: [UInt8]) -> Timestamp? {
        let prefix = name("last_success_timestamp_seconds") + " "
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(prefix) }
        guard let line, let value = Double(line.dropFirst(prefix.count)), value >= 0, value < 1e11 else { return nil }
        return Timestamp(microseconds: Int64(value) * 1_000_000)
    }

    private func seconds(_ moment: Timestamp) -> String { String(moment.microseconds / 1_000_000) }

    private func name(_ metric: String) -> String {
        "byok_" + String(job.map { $0 == "-" ? "_" : $0 }) + "_" + metric
    }

    private func head(_ metric: String, _ help: String) -> String {
        "# HELP \(name(metric)) \(help)\n# TYPE \(name(metric)) gauge\n"
    }

    private func gauge(_ metric: String, _ help: String, _ value: String) -> String {
        head(metric, help) + "\(name(metric)) \(value)\n"
    }
}
