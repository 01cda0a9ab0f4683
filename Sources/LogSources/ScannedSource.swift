public import Scanner

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

    public mutating func add(_ problem: SourceProblem) {
        if !problems.contains(problem) { problems.append(problem) }
    }
}
