public import Scanner
internal import Secrets

/// A finding with its place in the source, counted from 1.
public struct LocatedFinding: Sendable {
    public let finding: Finding
    public let line: Int
    public let lineEnd: Int
    /// In bytes.
    public let column: Int
}

/// What came of one source.
public struct ScannedSource: Sendable {
    public let name: String
    /// Bytes of the source as it lies there, compressed or not; nil where nobody knows before.
    public var size: Int?
    /// How many of them were looked at in this run.
    public var bytesSeen = 0
    /// How many of them an earlier run had looked at.
    public var bytesSeenBefore = 0
    public var lineCount = 0
    /// What the sieve let through.
    public var findings: [LocatedFinding] = []
    public var findingCount = 0
    public var problems: [SourceProblem] = []
    /// What the next run needs to go on from here.
    public var mark: SourceMark?

    public init(_ name: String, size: Int? = nil) {
        self.name = name
        self.size = size
    }

    public var isComplete: Bool { problems.isEmpty }

    mutating func add(_ problem: SourceProblem) {
        if !problems.contains(problem) { problems.append(problem) }
    }
}

/// How far a file was read.
public struct SourceMark: Sendable, Equatable, Codable {
    public let device: UInt64
    public let inode: UInt64
    /// Where the next scan begins: a line begins there, or it is the end.
    public let offset: Int
    /// Line ends before it.
    public let lines: Int
    /// SHA-256 of the first bytes, at most 4,096: a file that was cut short and filled anew has others.
    public let beginning: String
    public let beginningLength: Int

    public var identity: FileIdentity { FileIdentity(device: device, inode: inode) }

    /// `beginning` are the file's first bytes; those behind `offset` may still change.
    init(_ identity: FileIdentity, offset: Int, lines: Int, beginning: [UInt8]) {
        let length = min(beginning.count, offset)
        device = identity.device
        inode = identity.inode
        self.offset = offset
        self.lines = lines
        self.beginning = SHA256.hexDigest(of: beginning.span.extracting(first: length))
        beginningLength = length
    }
}
