import Foundation
import System
import TestSupport
import Testing

@testable import Batch

@Suite struct MetricsFileTests {
    let path = FileManager.default.temporaryDirectory.appending(path: "byok-\(UUID().uuidString).prom").path

    private func metrics(_ outcomes: [Outcome], at seconds: Int64) -> MetricsFile {
        MetricsFile(
            job: "rotate-master", finishedAt: Timestamp(microseconds: seconds * 1_000_000), duration: .seconds(2),
            conclusion: Conclusion(outcomes, counts: [.init("valid", 3), .init("held", 1)]), version: "1.0.0")
    }

    @Test func `a failed run keeps the time of the last success`() throws {
        try metrics([.done], at: 1000).write(to: path)
        try metrics([.guardTripped], at: 2000).write(to: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("byok_rotate_master_last_success_timestamp_seconds 1000\n"))
        #expect(text.contains("byok_rotate_master_last_run_timestamp_seconds 2000\n"))
        #expect(text.contains("byok_rotate_master_last_exit_code 1\n"))
        #expect(text.contains("byok_rotate_master_guard_tripped 1\n"))
        #expect(text.contains("byok_rotate_master_rows{outcome=\"held\"} 1\n"))
    }

    @Test func `the collector, another user, may read it`() throws {
        try metrics([.done], at: 1000).write(to: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o644)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/promtool"), "promtool is not installed"))
    func `promtool finds nothing wrong with it`() throws {
        let text = metrics([.done], at: 1000).text(lastSuccess: Timestamp(microseconds: 0))
        let finished = try Subprocess.run("/usr/bin/promtool", ["check", "metrics"], input: text)
        #expect(finished.status == 0, "\(finished.stderr)")
    }
}
