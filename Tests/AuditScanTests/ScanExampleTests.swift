import Batch
import Foundation
import LogSources
import Providers
import Reports
import Scanner
import System
import TestSupport
import Testing

@testable import audit_scan

/// `reports/sample/audit-scan/`, the committed example, is what this version writes.
struct ScanExampleTests {
    private static let folder = Repository.root.appending(path: "reports/sample/audit-scan")

    /// `BYOK_ACCEPT_REPORTS=1` writes the example anew.
    @Test(arguments: ["report.html", "report.json", "report.sarif", "report.junit.xml", "manifest.json"])
    func `the committed example is what a run would leave`(_ name: String) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "byok-example-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: root) }
        let report = ScanReportModel.of(.example, outcome: .findings)
        let run = RunIdentity(
            job: "audit-scan", runID: report.id, startedAt: ScanSummary.example.startedAt, report: report,
            previousManifest: nil)
        let receipt = try await ReportFolder(root: root.path).write(
            report, further: { () in ScanReportModel.further(.example) }, run: run)
        let written = try Data(contentsOf: URL(filePath: receipt.path).appending(path: name))
        let committed = Self.folder.appending(path: name)
        if ProcessInfo.processInfo.environment["BYOK_ACCEPT_REPORTS"] != nil {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try written.write(to: committed)
        }
        #expect(written == (try Data(contentsOf: committed)))
    }

    @Test func `a source that a stop cut short is clean in no format`() {
        let summary = ScanSummary(
            runID: ScanSummary.example.runID, startedAt: ScanSummary.example.startedAt,
            finishedAt: ScanSummary.example.finishedAt,
            coverage: [
                .init(
                    source: "half.log", size: 100, bytesSeen: 60, bytesSeenBefore: 0, lines: 1, findings: 0,
                    problems: [])
            ],
            leaks: [], leakCount: 0, owners: [], knownLeakCount: 0, failures: [], knownKeyCount: 1, storedKeyCount: 1,
            foreignFingerprintCount: 0, wasStopped: true, state: ScanState())
        #expect(summary.unreadCount == 1 && summary.outcomes == [.stopped])
        let fault = "was not read to its end"
        #expect(JUnit.write(summary).contains(#"errors="1""#) && JUnit.write(summary).contains(fault))
        #expect(String(decoding: SARIF.write(summary), as: UTF8.self).contains("half.log \(fault)"))
    }
}

extension ScanSummary {
    private static func made(_ number: Int) -> UUID {
        UUID(uuidString: "00000000-0000-4000-8000-00000000000\(number % 10)") ?? UUID()
    }

    private static let owner = KeyOwner(
        keyID: made(2), userID: made(3), provider: .groq, label: "night batch", revision: 1, status: "active")

    /// A night's logs: a stored key in a proxy's log, the form of another in an archive, and a file that was cut off.
    static let example: ScanSummary = {
        let start = Timestamp(microseconds: 1_792_035_780_000_000)
        return ScanSummary(
            runID: made(1), startedAt: start, finishedAt: start + .milliseconds(2_345),
            coverage: [
                Coverage(
                    source: "/var/log/app/proxy.log", size: 73_400_320, bytesSeen: 20_971_520,
                    bytesSeenBefore: 52_428_800, lines: 66_128, findings: 2, problems: []),
                Coverage(
                    source: "/var/log/app/worker.log.1.gz", size: 9_437_184, bytesSeen: 9_437_184, bytesSeenBefore: 0,
                    lines: 402_117, findings: 1, problems: []),
                Coverage(
                    source: "/var/log/app/worker.log.2.gz", size: 4_194_304, bytesSeen: 4_194_304, bytesSeenBefore: 0,
                    lines: 190_244, findings: 0, problems: [.truncatedArchive]),
                Coverage(
                    source: "byok.audit_log", size: 18_022, bytesSeen: 18_022, bytesSeenBefore: 0, lines: 96,
                    findings: 0, problems: []),
            ],
            leaks: leaks, leakCount: 3, owners: [owner], knownLeakCount: 1, failures: [], knownKeyCount: 1_246,
            storedKeyCount: 1_246, foreignFingerprintCount: 0, wasStopped: false, state: ScanState())
    }()

    private static let leaks = [
        leak("proxy.log", 41_207, kind: .storedKey, encoding: "base64", "Authorization: Basic ****************"),
        leak("proxy.log", 41_209, kind: .storedKey, encoding: "plain", "upstream said: key ...**** refused"),
        leak("worker.log.1.gz", 7_731, kind: .pattern, encoding: "percent", "GET /v1beta/models?key=**** 400"),
    ]

    private static func leak(
        _ file: String, _ line: Int, kind: Leak.Kind, encoding: String, _ excerpt: String
    ) -> Leak {
        let isStored = kind == .storedKey
        return Leak(
            source: "/var/log/app/" + file, line: line, lineEnd: line, column: 58, kind: kind,
            provider: isStored ? .groq : .google, form: isStored ? nil : "google-api", owner: isStored ? owner : nil,
            encoding: encoding, confidence: .high, excerpt: excerpt,
            fingerprint: String(repeating: "0", count: 24) + "000\(line)".suffix(8))
    }
}
