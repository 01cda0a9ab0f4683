import Batch
import FoundationEssentials
import LogSources
import Reports
import Secrets
import System

/// Writes the report of a scan into its folder, signed where a key is configured.
struct ScanReport: Sendable {
    private let folder: ReportFolder
    private let signer: ReportSigner?

    /// Reads `BYOK_SIGNING_KEY`, so before the work begins.
    init(_ settings: CommonSettings) throws(JobFailure) {
        folder = ReportFolder(root: settings.reportFolder)
        do {
            guard let pem = try SecretSource.read("BYOK_SIGNING_KEY") else {
                signer = nil
                return
            }
            signer = try Self.signer(pem)
        } catch let error as SecretSourceError {
            throw JobFailure(error)
        } catch {
            throw JobFailure(
                .misconfigured, "BYOK_SIGNING_KEY is not an Ed25519 key in PKCS#8 PEM",
                next: "make one with openssl genpkey -algorithm ed25519")
        }
    }

    private static func signer(_ pem: borrowing SecretBytes) throws(SecretsError) -> ReportSigner {
        ReportSigner(try Ed25519SigningKey(pem: pem))
    }

    func write(
        _ summary: ScanSummary, _ outcome: Outcome, previousManifest: String?
    ) throws(JobFailure) -> ReportFolder.Receipt {
        let report = ScanReportModel.of(summary, outcome: outcome)
        let identity = RunIdentity(
            job: "audit-scan", runID: summary.runID.uuidString.lowercased(), startedAt: summary.startedAt,
            report: report, previousManifest: previousManifest)
        let further = [
            ReportFile("report.sarif", Array(SARIF.write(summary).utf8)),
            ReportFile("report.junit.xml", Array(JUnit.write(summary).utf8)),
        ]
        do {
            return try folder.write(report, further: further, run: identity, signer: signer)
        } catch {
            switch error {
            case .file(let fault): throw JobFailure(fault)
            default: throw JobFailure(.notWritten, "the report could not be made", next: "see reports/README.md")
            }
        }
    }
}
