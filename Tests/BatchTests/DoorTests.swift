import Foundation
import TestSupport
import Testing

/// The door as a real process: `batch-fixture` is a job that does nothing but what its flags say.
@Suite struct DoorTests {
    private static let executable = Repository.products.appending(path: "batch-fixture").path

    private func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Finished {
        try Subprocess.run(Self.executable, arguments, environment: environment)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `success without a terminal is silent`() throws {
        let finished = try run(["--batches", "2"])
        #expect(finished.status == 0)
        #expect(finished.stdout.isEmpty && finished.stderr.isEmpty)
    }

    @Test func `JSON is one object on standard output`() throws {
        let finished = try run(["--json", "--batches", "2"])
        let object = try object(finished.stdout)
        #expect(Set(object.keys) == ["job", "run_id", "outcome", "exit", "counts", "report"])
        #expect(object["outcome"] as? String == "done")
        #expect(object["counts"] as? [String: Int] == ["valid": 2, "returned": 0])
        #expect(finished.stdout.split(separator: "\n").count == 1)
    }

    @Test(arguments: [("findings", 1), ("findings,quarantined", 65), ("quarantined,broken,guard", 70), ("guard", 1)])
    func `the process ends with the weightiest status`(outcome: String, status: Int32) throws {
        let finished = try run(["--json", "--outcome", outcome])
        #expect(finished.status == status)
        #expect(try object(finished.stdout)["exit"] as? Int == Int(status))
    }

    @Test func `a bad value is named by its flag or variable and never shown`() throws {
        let flagged = try run(["--pace", "hunter2", "--json"])
        #expect(flagged.status == 64)
        let own = try run([], ["FIXTURE_PACE": "hunter2"])
        #expect(own.status == 78)
        #expect(own.stderr.contains("FIXTURE_PACE is malformed; expected a duration"))
        #expect(try object(flagged.stdout)["error"] as? String != nil)
        let common = try run([], ["BYOK_MAX_DURATION": "hunter2"])
        #expect(common.status == 78)
        #expect(common.stderr.contains("BYOK_MAX_DURATION"))
        #expect(flagged.stderr.contains("--pace"))
        for text in [flagged.stderr, flagged.stdout, common.stderr, own.stderr] { #expect(!text.contains("hunter2")) }
    }

    @Test func `an unknown flag is a usage error and cannot act on the terminal`() throws {
        let finished = try run(["--\u{1B}[31mred", "--json"])
        #expect(finished.status == 64)
        #expect(!finished.stderr.contains("\u{1B}"))
        #expect(try object(finished.stdout)["exit"] as? Int == 64)
    }

    @Test func `a hostile place name stays on its line, in text and JSON`() throws {
        let hostile = "a\u{1B}[2J\nb\u{202E}"
        for format in ["text", "json"] {
            let finished = try run(["--hostile", hostile, "--log-format", format])
            #expect(finished.stderr.contains("looked at"))
            #expect(!finished.stderr.contains("\u{1B}") && !finished.stderr.contains("\u{202E}"))
            for line in finished.stderr.split(separator: "\n") where format == "json" { _ = try object(String(line)) }
        }
    }

    @Test func `JSON log lines all have the same head`() throws {
        let finished = try run(["--log-format", "json", "--batches", "1"])
        let lines = try finished.stderr.split(separator: "\n").map { try object(String($0)) }
        #expect(lines.compactMap { $0["event"] as? String } == ["started", "batch", "ended"])
        for line in lines {
            #expect(Set(line.keys) == ["time", "level", "job", "run_id", "event", "message", "fields"])
        }
        #expect(Set(lines.compactMap { $0["run_id"] as? String }).count == 1)
        #expect((lines[1]["fields"] as? [String: Int]) == ["batch": 1])
    }

    @Test func `a reader that goes away does not break the work`() throws {
        let finished = try Subprocess.run(
            "/bin/sh",
            ["-c", "{ \"$0\" --json --batches 3 --log-format json; echo \"status $?\" >&2; } | true", Self.executable])
        #expect(finished.stderr.contains("status 0"))
        let closed = try Subprocess.run(
            "/bin/sh", ["-c", "\"$0\" --json --batches 1 >&-; echo \"status $?\"", Self.executable])
        #expect(closed.stdout.contains("status 0"))
    }

    @Test func `SIGTERM ends after the batch with 75, books balanced`() throws {
        let job = try Subprocess(Self.executable, ["--json", "--batches", "1000", "--pace", "50ms", "--verbose"])
        while !job.outputSoFar().stderr.contains("batch 1") { usleep(10_000) }
        job.send(SIGTERM)
        let finished = job.wait()
        #expect(finished.status == 75)
        let counts = try #require(try object(finished.stdout)["counts"] as? [String: Int])
        #expect(counts.values.reduce(0, +) == 1000)
        #expect(finished.stderr.contains("run again"))
    }

    @Test func `a second signal stops at once`() throws {
        let job = try Subprocess(Self.executable, ["--json", "--batches", "2", "--pace", "10m", "--verbose"])
        while !job.outputSoFar().stderr.contains("batch 1") { usleep(10_000) }
        job.send(SIGTERM)
        while !job.outputSoFar().stderr.contains("stopping after this batch") { usleep(10_000) }
        job.send(SIGTERM)
        let finished = job.wait()
        #expect(finished.status == 75)
        #expect(finished.stdout.isEmpty)
    }

    /// `script` gives the job a terminal of its own.
    private func onTerminal(_ arguments: [String]) throws -> String {
        let command = ([Self.executable] + arguments).joined(separator: " ")
        return try Subprocess.run("/usr/bin/script", ["-qec", command, "/dev/null"], environment: ["TERM": "xterm"])
            .stdout
    }

    @Test func `on a terminal the end is told once, good or bad`() throws {
        let bad = try onTerminal(["--outcome", "guard", "--batches", "2"])
        #expect(bad.matches(of: /guard/).count == 1, "\(bad)")
        #expect(bad.contains("exit 1"))
        let malformed = try onTerminal(["--max-duration", "soon"])
        #expect(malformed.matches(of: /--max-duration/).count == 1, "\(malformed)")
        let good = try onTerminal(["--batches", "2"])
        #expect(good.matches(of: /done/).count == 1, "\(good)")
        #expect(try onTerminal(["--batches", "2", "--quiet"]).isEmpty)
    }

    @Test func `the longest duration ends a run like a signal`() throws {
        #expect(try run(["--batches", "3", "--max-duration", "0s"]).status == 75)
    }

    @Test func `every flag's help names its variable`() throws {
        let help = try run(["--help"]).stdout
        for name in [
            "DRY_RUN", "JSON", "QUIET", "VERBOSE", "NO_INPUT", "LOG_FORMAT", "REPORT_DIR", "MAX_DURATION",
            "METRICS_FILE",
        ] {
            #expect(help.contains("BYOK_\(name)]"))
        }
        #expect(help.contains("FIXTURE_PACE]"))
        #expect(try run(["--version"]).stdout == "1.0.0\n")
    }
}
