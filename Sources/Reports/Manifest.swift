internal import Secrets
public import System

/// What a run's folder holds, so that a change shows. Written last, and signed where there is a key.
public struct Manifest: Equatable, Sendable {
    public struct File: Equatable, Sendable {
        public let name: String
        public let size: Int
        /// 64 hexadecimal digits.
        public let sha256: String

        init(name: String, size: Int, sha256: String) {
            self.name = name
            self.size = size
            self.sha256 = sha256
        }

        init(_ file: ReportFile) {
            self.init(
                name: file.name, size: file.bytes.count, sha256: SHA256.hexDigest(of: file.bytes.span))
        }
    }

    public let run: RunIdentity
    public let files: [File]

    init(run: RunIdentity, files: [File]) {
        self.run = run
        self.files = files.sorted { $0.name < $1.name }
    }
}

/// Which run a report belongs to. Stands in the folder's name and the manifest only, so that
/// the same data gives the same report.
public struct RunIdentity: Equatable, Sendable {
    public var job: String
    public var runID: String
    public var startedAt: Timestamp
    public var toolVersion: String
    public var outcome: String
    public var status: CheckStatus
    /// SHA-256 of the manifest of this job's run before, in hexadecimal; nil for the first.
    public var previousManifest: String?

    public init(
        job: String, runID: String, startedAt: Timestamp, report: Report, previousManifest: String?
    ) {
        self.job = job
        self.runID = runID
        self.startedAt = startedAt
        self.toolVersion = report.toolVersion
        self.outcome = report.outcome
        self.status = report.status
        self.previousManifest = previousManifest
    }

    var folderName: String { startedAt.compact + "-" + runID }
}

/// One file of a run, whole in memory.
public struct ReportFile: Equatable, Sendable {
    public let name: String
    public let bytes: [UInt8]

    public init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

extension Manifest {
    /// Names of fields ascend. The texts are ours, and plain.
    var json: JSONText.Value {
        .object([
            ("files", .array(files.map(\.json))), ("job", .string(run.job)), ("outcome", .string(run.outcome)),
            ("previous_manifest_sha256", run.previousManifest.map { .string($0) } ?? .null),
            ("run_id", .string(run.runID)), ("schema", .string("byok-manifest/1")),
            ("started_at", .string(run.startedAt.description)), ("status", .string(run.status.rawValue)),
            ("tool_version", .string(run.toolVersion)),
        ])
    }
}

extension Manifest.File {
    fileprivate var json: JSONText.Value {
        .object([("name", .string(name)), ("sha256", .string(sha256)), ("size", .integer(Int64(size)))])
    }
}
