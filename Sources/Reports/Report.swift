/// What one run has to tell, without saying how it looks. Every writer starts here.
///
/// Nothing of it is a place for key material; texts may be hostile and are shown harmlessly.
public struct Report: Equatable, Sendable {
    public static let schema = "byok-report/1"

    /// The same for the same data, where the job promises that.
    public var id: String
    public var job: String
    public var title: String
    public var tool: String
    public var toolVersion: String
    /// The job's own word: `success`, `findings`, `incomplete`, `guard`, …
    public var outcome: String
    public var facts: [Fact] = []
    public var checks: [Check] = []
    public var sections: [Section] = []
    public var provenance: [Provenance] = []
    public var tieOuts: [TieOut] = []

    public init(id: String, job: String, title: String, tool: String, toolVersion: String, outcome: String) {
        self.id = id
        self.job = job
        self.title = title
        self.tool = tool
        self.toolVersion = toolVersion
        self.outcome = outcome
    }

    /// Fail where anything failed; else not decided where anything was not; pass only where all did.
    public var status: CheckStatus {
        let statuses = checks.map(\.status) + tieOuts.map(\.status)
        if statuses.contains(.fail) { return .fail }
        return statuses.isEmpty || statuses.contains(.notDecided) ? .notDecided : .pass
    }
}

/// One thing worth knowing about the run.
public struct Fact: Equatable, Sendable {
    public var name: String
    public var value: Cell

    public init(_ name: String, _ value: Cell) {
        self.name = name
        self.value = value
    }
}

public enum CheckStatus: String, CaseIterable, Sendable {
    case pass, fail
    /// Never counts as a pass.
    case notDecided = "not_decided"
}

public struct Check: Equatable, Sendable {
    public var name: String
    public var status: CheckStatus
    public var detail: String

    public init(_ name: String, _ status: CheckStatus, detail: String = "") {
        self.name = name
        self.status = status
        self.detail = detail
    }
}

/// A part of the report under a heading of its own. Titles are unique in a report.
public struct Section: Equatable, Sendable {
    public var title: String
    public var notes: [String]
    public var tables: [Table]
    public var charts: [BarChart]

    public init(_ title: String, notes: [String] = [], tables: [Table] = [], charts: [BarChart] = []) {
        self.title = title
        self.notes = notes
        self.tables = tables
        self.charts = charts
    }
}

/// Where figures come from: the query's SHA-256 in hexadecimal and how many rows it gave.
public struct Provenance: Equatable, Sendable {
    public var source: String
    public var queryDigest: String
    public var rowCount: Int

    public init(source: String, queryDigest: String, rowCount: Int) {
        self.source = source
        self.queryDigest = queryDigest
        self.rowCount = rowCount
    }
}

/// Two independent counts of one thing.
public struct TieOut: Equatable, Sendable {
    public var name: String
    public var left: Fact
    public var right: Fact

    public init(_ name: String, left: Fact, right: Fact) {
        self.name = name
        self.left = left
        self.right = right
    }

    /// An unknown side decides nothing.
    public var status: CheckStatus {
        if left.value == .unknown || right.value == .unknown { return .notDecided }
        return left.value == right.value ? .pass : .fail
    }
}
