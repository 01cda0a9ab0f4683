internal import FoundationEssentials
internal import System

/// One line of `index.html`, as a run's manifest tells it.
public struct RunEntry: Equatable, Sendable {
    public let job: String
    public let folder: String
    public let runID: String
    public let startedAt: String
    public let outcome: String
    public let status: CheckStatus
}

extension ReportFolder {
    private static let manifestLimit = 1 << 20
    /// Of each job. Every run reads them again, and a year of hourly runs is 8,760.
    static let listedRunCount = 200

    /// The newest runs that have a readable manifest; others are not listed, nor is what does not lie where it was written.
    public func runs() throws(ReportsError) -> [RunEntry] {
        do throws(SystemError) {
            let root = try PrivateFolder.open(self.root)
            var entries: [RunEntry] = []
            for job in try root.names() where Self.isPlain(job) {
                guard let folder = try? PrivateFolder.open(root.path + "/" + job) else { continue }
                entries += try Self.newest(of: job, in: folder)
            }
            return entries
        } catch {
            throw .file(error)
        }
    }

    private static func newest(of job: String, in folder: borrowing PrivateFolder) throws(SystemError) -> [RunEntry] {
        var entries: [RunEntry] = []
        // Names begin with the moment.
        for name in try folder.names().reversed() where isPlain(name) {
            guard entries.count < listedRunCount else { break }
            if let entry = entry(job: job, name, in: folder.path) { entries.append(entry) }
        }
        return entries
    }

    /// Replaces `index.html` as a whole.
    public func writeIndex() throws(ReportsError) {
        let index = try HTMLWriter.writeIndex(try runs())
        do throws(SystemError) {
            try PrivateFolder.open(root).writeWithoutName(index, as: "index.html")
        } catch {
            throw .file(error)
        }
    }

    private static func entry(job: String, _ name: String, in path: String) -> RunEntry? {
        guard let folder = try? PrivateFolder.open(path + "/" + name),
            let bytes = try? folder.read("manifest.json", limit: manifestLimit),
            let stored = try? JSONDecoder().decode(StoredManifest.self, from: Data(bytes)),
            name.hasSuffix(stored.run_id)
        else { return nil }
        return RunEntry(
            job: job, folder: name, runID: Terminal.escape(stored.run_id),
            startedAt: Terminal.escape(stored.started_at), outcome: Terminal.escape(stored.outcome),
            status: CheckStatus(rawValue: stored.status) ?? .notDecided)
    }

    /// Names that this suite gives: nothing to escape in a path, nothing hidden.
    private static func isPlain(_ name: String) -> Bool {
        !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                    || scalar.properties.isASCIIHexDigit || (scalar.isASCII && scalar.properties.isAlphabetic)
            }
    }

    private struct StoredManifest: Decodable {
        let run_id: String
        let started_at: String
        let outcome: String
        let status: String
    }
}
