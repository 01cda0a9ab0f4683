internal import FoundationEssentials
internal import System

/// The folder of a run before it has its name: files are streamed into it while the run goes on.
public struct ReportDraft: Sendable {
    let job: String
    let temporaryName: String
    private let path: String
    /// What the streams gave when they were finished.
    public var files: [Manifest.File] = []

    /// A file in it; give what its `finish` gives to ``files``.
    public func stream(_ name: String) throws(ReportsError) -> ReportStream {
        do throws(SystemError) {
            return try ReportStream(name, in: PrivateFolder.open(path))
        } catch {
            throw .file(error)
        }
    }

    /// Best effort: what stays behind has a name that begins with a dot, and no list shows it.
    public func discard() { try? FileManager.default.removeItem(atPath: path) }

    init(_ job: String, _ folderName: String, in root: String) throws(SystemError) {
        self.job = job
        temporaryName = "." + folderName + "." + String(UInt64.random(in: .min ... .max), radix: 36)
        path = try PrivateFolder.make(root).folder(job).folder(temporaryName).path
    }
}

extension ReportFolder {
    /// For a run with streamed files: begin before they are read, hand the draft to `write`, discard it where that
    /// never happens.
    public func begin(_ job: String) throws(ReportsError) -> ReportDraft {
        do throws(SystemError) { return try ReportDraft(job, "draft", in: root) } catch { throw .file(error) }
    }
}
