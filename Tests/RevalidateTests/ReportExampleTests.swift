import Batch
import Foundation
import Providers
import Reports
import System
import TestSupport
import Testing

@testable import revalidate

/// `reports/sample/revalidate/`, the committed example, is what this version writes.
struct ReportExampleTests {
    private static let folder = Repository.root.appending(path: "reports/sample/revalidate")

    /// `BYOK_ACCEPT_REPORTS=1` writes the example anew.
    @Test(arguments: ["report.html", "report.json", "manifest.json"])
    func `the committed example is what a run would leave`(_ name: String) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "byok-example-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: root) }
        let report = RevalidationReport.of(.example, outcome: .incomplete)
        let run = RunIdentity(
            job: "revalidate", runID: report.id, startedAt: RunSummary.example.startedAt, report: report,
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

extension RunSummary {
    private static func made(_ number: Int) -> UUID {
        UUID(uuidString: "00000000-0000-4000-8000-00000000000\(number % 10)") ?? UUID()
    }

    /// An hour of an installation of some size: all providers, one of them not reached, three keys disabled.
    static let example: RunSummary = {
        let providers = ProviderSummary.examples
        let decided = providers.reduce(into: [KeyOutcome: Int]()) { $0.merge($1.outcomes, uniquingKeysWith: +) }
        let lines = KeyOutcome.allCases.filter(\.isRecorded).compactMap { outcome in
            decided[outcome].map { revalidate.TieOut.Line(outcome: outcome, inProcess: $0, inDatabase: $0) }
        }
        let asked = providers.reduce(0) { $0 + $1.takenUp - ($1.outcomes[.returned] ?? 0) }
        return RunSummary(
            runID: made(1), startedAt: start, finishedAt: start + .milliseconds(203_456), isDryRun: false,
            stopReason: nil, providers: providers, disabled: exampleKeys, disabledCount: exampleKeys.count,
            overdueCount: 0, decryptions: Decryptions(revalidate: asked, fingerprint: 37),
            books: revalidate.TieOut(lines: lines), calendar: .hours(168, missed: [61, 62]))
    }()

    private static let exampleKeys: [DisabledKey] = [
        (Provider.openai, "invoices", "invalid_api_key", 401), (.openai, "night batch", "account_deactivated", 401),
        (.groq, "try-out", "refused", 403),
    ].enumerated().map { index, key in
        DisabledKey(
            keyID: made(2 + index), userID: made(5 + index), provider: key.0, label: key.1, reason: key.2,
            httpStatus: key.3, firstRefusedAt: start - .seconds(90_000 + index), disabledAt: start + .seconds(3 + index)
        )
    }
}

extension ProviderSummary {
    static let examples: [ProviderSummary] = [
        example(.anthropic, [.valid: 412, .restricted: 3, .exhausted: 9, .suspected: 1], (241, 702, 3_118)),
        example(
            .openai, [.valid: 730, .exhausted: 21, .suspected: 2, .disabled: 2, .transient: 1], (187, 598, 10_250)),
        example(.google, [.valid: 298, .restricted: 12, .changed: 1], (96, 233, 1_040)),
        example(.deepseek, [.returned: 41], nil),
        example(.mistral, [.valid: 77], (143, 377, 904)),
        example(.groq, [.valid: 118, .suspected: 1, .disabled: 1, .deleted: 1], (71, 160, 488)),
    ]

    /// Without a latency nothing was answered.
    private static func example(
        _ provider: Provider, _ outcomes: [KeyOutcome: Int], _ latency: (p50: Int, p95: Int, maximum: Int)?
    ) -> ProviderSummary {
        let total = outcomes.values.reduce(0, +)
        let looked = latency == nil ? 0 : total
        let retries = outcomes[.transient] ?? 0
        return ProviderSummary(
            provider: provider, due: total, outcomes: outcomes,
            latency: latency.map { Latency(p50: $0.p50, p95: $0.p95, maximum: $0.maximum) },
            controlGroup: latency == nil ? .notDecided : .pass,
            guardState: Guard(
                isTripped: false, trippedAt: nil, approvedUntil: nil, looked: looked,
                refused: (outcomes[.suspected] ?? 0) + (outcomes[.disabled] ?? 0), threshold: max(5, looked / 20),
                held: 0),
            requests: looked + retries + 2, retries: retries,
            notDecidedReason: latency == nil ? "no answer to the control group" : nil)
    }
}
