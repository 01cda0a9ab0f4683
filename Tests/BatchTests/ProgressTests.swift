import Foundation
import TestSupport
import Testing

@testable import Batch

@Suite struct ProgressTests {
    private static let executable = Repository.products.appending(path: "batch-fixture").path

    private func onTerminal(_ environment: [String: String]) throws -> String {
        try Subprocess.run(
            "/usr/bin/script", ["-qec", "\(Self.executable) --batches 3 --pace 1ms", "/dev/null"],
            environment: environment
        ).stdout
    }

    @Test func `on a terminal a line is redrawn and a summary stays`() throws {
        let shown = try onTerminal(["TERM": "xterm"])
        #expect(shown.contains("\u{1B}[2K1/3 batches"))
        #expect(shown.contains("batch-fixture: done"))
    }

    @Test func `a dumb terminal gets no escape at all`() throws {
        let shown = try onTerminal(["TERM": "dumb"])
        #expect(!shown.contains("\u{1B}"))
        #expect(shown.contains("batch-fixture: done"))
    }

    @Test func `rate and time to go come from what was done`() {
        var line = ProgressLine(unit: "keys", total: 1000)
        line.done = 250
        #expect(line.text(after: .seconds(50), width: 80, note: nil) == "250/1000 keys 25 %  5.0/s  ETA 2m30s")
        #expect(line.text(after: .seconds(50), width: 12, note: nil) == "250/1000 ke")
        #expect(ProgressLine(unit: "keys", total: 0).text(after: .zero, width: 80, note: nil) == "0/0 keys 100 %")
    }

    @Test func `it is drawn at most five times a second and logged once a minute`() {
        var line = ProgressLine(unit: "keys", total: nil)
        let drawn = (0..<1000).filter { line.shouldDraw(at: .milliseconds($0)) }
        let logged = (0..<300).filter { line.shouldLog(at: .seconds($0)) }
        #expect(drawn == [0, 200, 400, 600, 800])
        #expect(logged == [60, 120, 180, 240])
    }
}
