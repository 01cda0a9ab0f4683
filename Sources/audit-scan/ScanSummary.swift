import Batch
import FoundationEssentials
import LogSources
import Scanner
import System

/// Everything that a scan can tell.
struct ScanSummary: Sendable {
    struct Coverage: Sendable {
        let source: String
        let size: Int?
        let bytesSeen: Int
        let bytesSeenBefore: Int
        let lines: Int
        let findings: Int
        let problems: [SourceProblem]

        /// Why it was not read to its end, now or before. A stop leaves a source without a problem, and not whole.
        var faults: [String] {
            let isThrough = size.map { bytesSeen + bytesSeenBefore >= $0 } ?? false
            guard problems.isEmpty, !isThrough else { return problems.map(\.rawValue) }
            return ["was not read to its end: the scan was stopped"]
        }
    }

    let runID: UUID
    let startedAt: Timestamp
    let finishedAt: Timestamp
    let coverage: [Coverage]
    /// New ones, as many as the sieve let through.
    let leaks: [Leak]
    let leakCount: Int
    /// Stored keys that were found, listed or not.
    let owners: [KeyOwner]
    /// Told by the baseline.
    let knownLeakCount: Int
    let failures: [(source: String, failure: JobFailure)]
    let knownKeyCount: Int
    let storedKeyCount: Int?
    let foreignFingerprintCount: Int
    let wasStopped: Bool
    let state: ScanState
    /// Outcomes of `--disable-leaked` by key.
    var disabled: [(keyID: UUID, outcome: String)] = []

    /// Failures of sources that gave nothing; the others stand in the coverage with what they gave.
    var missing: [(source: String, failure: JobFailure)] {
        failures.filter { failed in !coverage.contains { $0.source == failed.source } }
    }
    /// Sources that were not read, or not wholly.
    var unreadCount: Int { coverage.count { !$0.faults.isEmpty } + missing.count }

    var areAllKeysKnown: Bool { storedKeyCount == knownKeyCount }
    var isEverythingRead: Bool { !wasStopped && failures.isEmpty && coverage.allSatisfy { $0.problems.isEmpty } }
    var bytesSeen: Int { coverage.reduce(0) { $0 + $1.bytesSeen } }

    var outcomes: [Outcome] {
        var outcomes: [Outcome] = []
        if leakCount > 0 { outcomes.append(.findings) }
        // What broke off is told by its failure, which says whether the same again may do.
        let isCut = coverage.contains { $0.problems.contains { $0 != .brokenOff } }
        if !areAllKeysKnown || isCut { outcomes.append(.incomplete) }
        outcomes += failures.map(\.failure.outcome)
        if disabled.contains(where: { $0.outcome == "held" }) { outcomes.append(.guardTripped) }
        if wasStopped { outcomes.append(.stopped) }
        return outcomes.isEmpty ? [.done] : outcomes
    }
}

extension ScanSummary {
    init(
        _ run: Run, _ result: SourcesPass.Result, _ keys: StoredKeys, _ owners: [UInt32: KeyOwner],
        _ sieve: FindingSieve
    ) {
        runID = run.id
        startedAt = run.startedAt
        finishedAt = .now
        leaks = result.sources.flatMap { source in
            source.findings.map { Leak($0, in: source.name, owners: owners) }
        }
        leakCount = result.sources.reduce(0) { $0 + $1.findingCount }
        self.owners = owners.sorted { $0.key < $1.key }.map(\.value)
        knownLeakCount = sieve.knownCount
        coverage = result.sources.map { source in
            Coverage(
                source: source.name, size: source.size, bytesSeen: source.bytesSeen,
                bytesSeenBefore: source.bytesSeenBefore, lines: source.lineCount, findings: source.findingCount,
                problems: source.problems)
        }
        failures = result.failures
        knownKeyCount = keys.knownCount
        storedKeyCount = keys.storedCount
        foreignFingerprintCount = keys.foreignCount
        wasStopped = result.wasStopped
        state = result.state
    }
}
