internal import Synchronization

/// Lets through what nobody was told of yet, up to a limit, and counts the rest: a log full of keys must not fill the
/// memory. Shared by all that scan in one run.
public final class FindingSieve: Sendable {
    /// How many findings are let through.
    public let limit: Int
    private let known: Set<String>
    private let state = Mutex(State())

    private struct State {
        var passed = 0
        var knownCount = 0
        var storedKeys: Set<UInt32> = []
    }

    /// `known` are fingerprints that an earlier report told.
    public init(known: Set<String> = [], limit: Int = 10_000) {
        self.known = known
        self.limit = limit
    }

    /// Findings that an earlier report told.
    public var knownCount: Int { state.withLock(\.knownCount) }
    /// Numbers of the stored keys that were found, beyond the limit too.
    public var storedKeys: Set<UInt32> { state.withLock(\.storedKeys) }

    /// Whether whatever comes is only counted.
    var letsNothingThrough: Bool { known.isEmpty && state.withLock { $0.passed >= limit } }

    func count(_ hits: [Hit]) {
        state.withLock { state in
            for case .stored(let number) in hits.map(\.kind) { state.storedKeys.insert(number) }
        }
    }

    /// Those to keep, and how many are new.
    func sift(_ findings: [Finding]) -> (kept: [Finding], newCount: Int) {
        let new = findings.filter { !known.contains($0.fingerprint) }
        return state.withLock { state in
            state.knownCount += findings.count - new.count
            for case .storedKey(let number) in new.map(\.kind) { state.storedKeys.insert(number) }
            let kept = Array(new.prefix(limit - state.passed))
            state.passed += kept.count
            return (kept, new.count)
        }
    }
}
