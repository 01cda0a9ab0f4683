public import FoundationEssentials
public import Postgres
public import Reports
internal import Secrets
public import System

/// Writes the report of a run into its folder, signed where a key is configured.
public struct RunReport: Sendable {
    private let folder: ReportFolder
    private let signer: ReportSigner?

    /// Reads `BYOK_SIGNING_KEY`, so before the work begins: a bad key is told before anything is done.
    public init(_ settings: CommonSettings) throws(JobFailure) {
        folder = ReportFolder(root: settings.reportFolder)
        // The work begins with waiting for the database.
        Task.detached { HTMLWriter.prepare() }
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

    /// For what is too long to be held in memory.
    public func begin(_ job: StaticString) throws(JobFailure) -> ReportDraft {
        do { return try folder.begin(job.description) } catch { throw JobFailure(error) }
    }

    /// `startedAt` is the database's time, as everything in the report. `draft` is used up, whatever comes of it.
    public func write(
        _ report: Report, further: @escaping ReportFolder.FurtherFiles = { () in [] }, draft: ReportDraft? = nil,
        runID: UUID, startedAt: Timestamp, previousManifest: String?
    ) async throws(JobFailure) -> ReportFolder.Receipt {
        let identity = RunIdentity(
            job: report.job, runID: runID.uuidString.lowercased(), startedAt: startedAt, report: report,
            previousManifest: previousManifest)
        do {
            return try await folder.write(report, further: further, draft: draft, run: identity, signer: signer)
        } catch {
            throw JobFailure(error)
        }
    }

    /// The manifest that the next one names, where there is one.
    public static func previousManifest(
        of job: StaticString, on connection: PostgresConnection
    ) async throws(JobFailure) -> String? {
        let rows = try await connection.read(
            Statement("previous report", sql: PackageResources.previous_report_sql, [.text(job.description)]))
        return try Database.reading { () throws(PostgresError) in try rows.first?.optionalText("digest") }
    }

    private static func signer(_ pem: borrowing SecretBytes) throws(SecretsError) -> ReportSigner {
        ReportSigner(try Ed25519SigningKey(pem: pem))
    }
}

extension JobFailure {
    public init(_ error: ReportsError) {
        switch error {
        case .file(let fault): self.init(fault)
        case .signing, .badFileName, .cannotRender:
            self.init(.notWritten, "the report could not be made", next: "see reports/README.md")
        }
    }
}
