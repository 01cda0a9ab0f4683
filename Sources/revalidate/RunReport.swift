import Batch
import FoundationEssentials
import Postgres
import Reports
import Secrets
import System

/// Writes the report of a run into its folder, signed where a key is configured.
struct RunReport: Sendable {
    private let folder: ReportFolder
    private let signer: ReportSigner?

    /// Reads `BYOK_SIGNING_KEY`, so before the work begins: a bad key is told before anybody is asked.
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

    func write(
        _ summary: RunSummary, _ outcome: Outcome, previousManifest: String?
    ) throws(JobFailure) -> ReportFolder.Receipt {
        let report = RevalidationReport.of(summary, outcome: outcome)
        let identity = RunIdentity(
            job: "revalidate", runID: summary.runID.uuidString.lowercased(), startedAt: summary.startedAt,
            report: report, previousManifest: previousManifest)
        do {
            return try folder.write(report, run: identity, signer: signer)
        } catch {
            throw JobFailure(error)
        }
    }

    private static func signer(_ pem: borrowing SecretBytes) throws(SecretsError) -> ReportSigner {
        ReportSigner(try Ed25519SigningKey(pem: pem))
    }
}

extension JobFailure {
    init(_ error: ReportsError) {
        switch error {
        case .file(let fault): self.init(fault)
        case .signing, .badFileName, .cannotRender:
            self.init(.notWritten, "the report could not be made", next: "see reports/README.md")
        }
    }
}
