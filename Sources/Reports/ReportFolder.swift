internal import Secrets
internal import System

/// Where reports lie: `<root>/<job>/<UTC start>-<run id>/`, each folder whole or not there at all.
public struct ReportFolder: Sendable {
    public let root: String

    public init(root: String) {
        self.root = root
    }

    /// What was written: where, and the hash that goes into `job_runs` and the next manifest.
    public struct Receipt: Equatable, Sendable {
        public let path: String
        public let manifestDigest: String
        /// What went wrong once the report had its name: a crash may still lose it, or `index.html` is the old one.
        public let indexFailure: ReportsError?
    }

    /// The job's own files beside `report.json` and `report.html`.
    public typealias FurtherFiles = @Sendable () throws(ReportsError) -> [ReportFile]

    /// Writes `report.json`, `report.html`, the job's own files, the manifest and its signature,
    /// and brings `index.html` up to date. A report that lies in its folder counts as written, listed or not.
    /// `draft` holds what was streamed before; it is used up, whatever comes of it.
    public func write(
        _ report: Report, further: @escaping FurtherFiles = { () in [] }, draft: ReportDraft? = nil, run: RunIdentity,
        signer: ReportSigner? = nil
    ) async throws(ReportsError) -> Receipt {
        do throws(ReportsError) {
            return try write(try await Self.files(of: report, further), draft: draft, run: run, signer: signer)
        } catch {
            draft?.discard()
            throw error
        }
    }

    /// Made side by side: each takes as long as the others.
    private static func files(
        of report: Report, _ further: @escaping FurtherFiles
    ) async throws(ReportsError) -> [ReportFile] {
        async let html = Result { () throws(ReportsError) in try HTMLWriter.write(report) }
        async let others = Result(catching: further)
        let json = JSONWriter.write(report)
        return [ReportFile("report.json", json), ReportFile("report.html", try await html.get())]
            + (try await others.get())
    }

    func write(
        _ files: [ReportFile], draft: ReportDraft? = nil, run: RunIdentity, signer: ReportSigner?
    ) throws(ReportsError) -> Receipt {
        let names = files.map(\.name) + (draft?.files.map(\.name) ?? [])
        guard Set(names).count == names.count, !names.contains(where: { $0.hasPrefix("manifest.") })
        else { throw .badFileName }
        let contents = Manifest(run: run, files: files.map(Manifest.File.init) + (draft?.files ?? []))
        let manifest = ReportFile("manifest.json", JSONWriter.write(contents.json))
        var all = files + [manifest]
        if let envelope = try Self.envelope(of: manifest, signer) { all.append(envelope) }
        let (path, doubt) = try Self.wrapped { () throws(SystemError) in
            let draft = if let draft { draft } else { try ReportDraft(run.job, run.folderName, in: root) }
            return try place(all, in: draft, run)
        }
        return Receipt(
            path: path, manifestDigest: SHA256.hexDigest(of: manifest.bytes.span),
            indexFailure: doubt.map(ReportsError.file) ?? listingFailure())
    }

    private func listingFailure() -> ReportsError? {
        do throws(ReportsError) {
            try writeIndex()
            return nil
        } catch {
            return error
        }
    }

    private static func envelope(
        of manifest: ReportFile, _ signer: ReportSigner?
    ) throws(ReportsError) -> ReportFile? {
        guard let signer else { return nil }
        let envelope: Envelope
        do throws(SecretsError) {
            envelope = try Envelope(of: manifest.bytes, key: signer.key)
        } catch {
            throw .signing(error)
        }
        return ReportFile("manifest.dsse.json", try envelope.encoded())
    }

    /// Where the report lies now, and why a crash might still lose it.
    private func place(
        _ files: [ReportFile], in draft: ReportDraft, _ run: RunIdentity
    ) throws(SystemError) -> (path: String, doubt: SystemError?) {
        let path = root + "/" + run.job + "/" + run.folderName
        let job = try PrivateFolder.make(root).folder(run.job)
        do throws(SystemError) {
            let folder = try job.folder(draft.temporaryName)
            try folder.writeAll(files.map { ($0.name, $0.bytes) })
            try job.rename(draft.temporaryName, to: run.folderName)
            return (path, nil)
        } catch  where error.isPerhapsNotDurable {
            return (path, error)
        } catch {
            draft.discard()
            throw error
        }
    }

    private static func wrapped<Result>(
        _ body: () throws(SystemError) -> Result
    ) throws(ReportsError) -> Result {
        do throws(SystemError) { return try body() } catch { throw .file(error) }
    }
}
