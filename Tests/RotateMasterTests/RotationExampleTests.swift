import Batch
import Foundation
import Reports
import TestSupport
import Testing

@testable import rotate_master

/// `reports/sample/rotate-master/`, the committed example, is what this version writes.
struct RotationExampleTests {
    private static let folder = Repository.root.appending(path: "reports/sample/rotate-master")

    /// `BYOK_ACCEPT_REPORTS=1` writes the example anew.
    @Test(arguments: ["report.html", "report.json", "manifest.json"])
    func `the committed example of a rotation is what a retirement would leave`(_ name: String) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "byok-example-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: root) }
        let report = RotationReport.of(.example, outcome: .done)
        let run = RunIdentity(
            job: "rotate-master", runID: report.id, startedAt: RotationEvidence.start, report: report,
            previousManifest: nil)
        let receipt = try await ReportFolder(root: root.path).write(report, run: run)
        let written = try Data(contentsOf: URL(filePath: receipt.path).appending(path: name))
        let committed = Self.folder.appending(path: name)
        if ProcessInfo.processInfo.environment["BYOK_ACCEPT_REPORTS"] != nil {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try written.write(to: committed)
        }
        #expect(written == (try Data(contentsOf: committed)))
    }
}
