internal import FoundationEssentials
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

    /// Writes `report.json`, `report.html`, the job's own files, the manifest and its signature,
    /// and brings `index.html` up to date. A report that lies in its folder counts as written, listed or not.
    public func write(
        _ report: Report, further: [ReportFile] = [], run: RunIdentity, signer: ReportSigner? = nil
    ) throws(ReportsError) -> Receipt {
        let json = ReportFile("report.json", try JSONWriter.write(report))
        let html = ReportFile("report.html", try HTMLWriter.write(report))
        return try write([json, html] + further, run: run, signer: signer)
    }

    func write(
        _ files: [ReportFile], run: RunIdentity, signer: ReportSigner?
    ) throws(ReportsError) -> Receipt {
        guard Set(files.map(\.name)).count == files.count, !files.contains(where: { $0.name.hasPrefix("manifest.") })
        else { throw .badFileName }
        let manifest = ReportFile("manifest.json", try JSONWriter.write(Manifest(run: run, files: files)))
        var all = files + [manifest]
        if let envelope = try Self.envelope(of: manifest, signer) { all.append(envelope) }
        let (path, doubt) = try Self.wrapped { () throws(SystemError) in try place(all, run) }
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
        _ files: [ReportFile], _ run: RunIdentity
    ) throws(SystemError) -> (path: String, doubt: SystemError?) {
        let path = root + "/" + run.job + "/" + run.folderName
        let job = try PrivateFolder.make(root).folder(run.job)
        let temporary = "." + run.folderName + "." + String(UInt64.random(in: .min ... .max), radix: 36)
        do throws(SystemError) {
            let folder = try job.folder(temporary)
            for file in files { try folder.write(file.bytes, as: file.name) }
            try folder.sync()
            try job.rename(temporary, to: run.folderName)
            return (path, nil)
        } catch  where error.isPerhapsNotDurable {
            return (path, error)
        } catch {
            Self.discard(temporary, in: job)
            throw error
        }
    }

    /// Best effort: what stays behind has a name that begins with a dot, and no list shows it.
    private static func discard(_ name: String, in job: borrowing PrivateFolder) {
        try? FileManager.default.removeItem(atPath: job.path + "/" + name)
    }

    private static func wrapped<Result>(
        _ body: () throws(SystemError) -> Result
    ) throws(ReportsError) -> Result {
        do throws(SystemError) { return try body() } catch { throw .file(error) }
    }
}
