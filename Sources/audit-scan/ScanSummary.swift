import Batch
import FoundationEssentials
import LogSources
import Scanner
import System

/// Everything that a scan can tell.
struct ScanSummary: Sendable {
    /// A file full of keys must not fill the memory: further ones are counted.
    static let longestList = 10_000

    struct Coverage: Sendable {
        let source: String
        let size: Int?
        let bytesSeen: Int
        let bytesSeenBefore: Int
        let lines: Int
        let findings: Int
        let problems: [SourceProblem]
    }

    let runID: UUID
    let startedAt: Timestamp
    let finishedAt: Timestamp
    let coverage: [Coverage]
    /// New ones, at most ``longestList``.
    let leaks: [Leak]
    let leakCount: Int
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

    init(_ run: Run, _ result: SourcesPass.Result, _ keys: StoredKeys, _ owners: [KeyOwner], _ baseline: Baseline) {
        runID = run.id
        startedAt = run.startedAt
        finishedAt = .now
        var leaks: [Leak] = []
        var leakCount = 0, knownLeakCount = 0
        for source in result.sources {
            for located in source.findings {
                if baseline.fingerprints.contains(located.finding.fingerprint) {
                    knownLeakCount += 1
                    continue
                }
                leakCount += 1
                guard leaks.count < Self.longestList else { continue }
                leaks.append(Leak(located, in: source.name, owners: owners))
            }
        }
        self.leaks = leaks
        self.leakCount = leakCount
        self.knownLeakCount = knownLeakCount
        coverage = result.sources.map { source in
            Coverage(
                source: source.name, size: source.size, bytesSeen: source.bytesSeen,
                bytesSeenBefore: source.bytesSeenBefore, lines: source.lineCount, findings: source.findings.count,
                problems: source.problems)
        }
        failures = result.failures
        knownKeyCount = keys.knownCount
        storedKeyCount = keys.storedCount
        foreignFingerprintCount = keys.foreignCount
        wasStopped = result.wasStopped
        state = result.state
    }

    var areAllKeysKnown: Bool { storedKeyCount == knownKeyCount }
    var isEverythingRead: Bool { !wasStopped && failures.isEmpty && coverage.allSatisfy { $0.problems.isEmpty } }
    var bytesSeen: Int { coverage.reduce(0) { $0 + $1.bytesSeen } }

    var outcomes: [Outcome] {
        var outcomes: [Outcome] = []
        if leakCount > 0 { outcomes.append(.findings) }
        if !areAllKeysKnown || coverage.contains(where: { !$0.problems.isEmpty }) { outcomes.append(.incomplete) }
        outcomes += failures.map(\.failure.outcome)
        if disabled.contains(where: { $0.outcome == "held" }) { outcomes.append(.guardTripped) }
        if wasStopped { outcomes.append(.stopped) }
        return outcomes.isEmpty ? [.done] : outcomes
    }
}
