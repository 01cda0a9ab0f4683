import Batch
import FoundationEssentials
import Postgres
import Reports
import Secrets
import System

/// Where a run's report goes, signed where a key is configured.
struct ReportWriting: Sendable {
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
            signer = ReportSigner(try Ed25519SigningKey(pem: pem))
        } catch let error as SecretSourceError {
            throw JobFailure(error)
        } catch {
            throw JobFailure(
                .misconfigured, "BYOK_SIGNING_KEY is not an Ed25519 key in PKCS#8 PEM",
                next: "make one with openssl genpkey -algorithm ed25519")
        }
    }

    func begin() throws(JobFailure) -> ReportDraft {
        do throws(ReportsError) { return try folder.begin("savings-report") } catch { throw JobFailure(error) }
    }

    /// `startedAt` is the database's clock.
    func write(
        _ page: SavingsPage, _ draft: ReportDraft, runID: UUID, startedAt: Timestamp, previousManifest: String?
    ) throws(JobFailure) -> ReportFolder.Receipt {
        let report = page.report
        let identity = RunIdentity(
            job: report.job, runID: runID.uuidString.lowercased(), startedAt: startedAt, report: report,
            previousManifest: previousManifest)
        do throws(ReportsError) {
            let french = try HTMLWriter.write(page.in(.french).report, in: .french)
            return try folder.write(
                report, further: [ReportFile("report.fr.html", french)], draft: draft, run: identity, signer: signer)
        } catch {
            draft.discard()
            throw JobFailure(error)
        }
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
