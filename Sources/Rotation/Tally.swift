public import FoundationEssentials
internal import Synchronization

/// What a sweep counts. Every row taken up ends in exactly one of the outcomes; a row that changed meanwhile is taken up
/// again later.
public struct SweepCounts: Sendable, Equatable {
    /// Rows read to be sealed anew.
    public internal(set) var taken = 0
    public internal(set) var rotated = 0
    /// Somebody else wrote the row meanwhile, or held it locked.
    public internal(set) var changed = 0
    public internal(set) var deleted = 0
    public internal(set) var quarantined = 0
    /// Read, and given up before their turn because the sweep ended.
    public internal(set) var returned = 0

    /// Of the rotated, updates that touched no index.
    public internal(set) var heapOnly = 0
    /// Stored keys opened, and results opened again for the comparison.
    public internal(set) var opened = 0
    public internal(set) var compared = 0

    public init() {}

    public var settled: Int { rotated + changed + deleted + quarantined + returned }
}

/// The counts of a sweep that goes on, and where it stands.
public final class Tally: Sendable {
    public struct Standing: Sendable {
        public internal(set) var counts = SweepCounts()
        public internal(set) var pass = 1
        public internal(set) var batchSize = 0
        public internal(set) var statementTime: Duration = .zero
        public internal(set) var waitingFor: WaitReason?
        public internal(set) var replicaLag: Int?
        /// Where the sweep would begin again: everything before it in this pass is settled.
        public internal(set) var cursor: UUID?
        /// Pages on their way, with the place each began at.
        var inFlight: [Int: UUID?] = [:]
        var lastRead: UUID?
        var pages = 0
    }

    private let standing = Mutex(Standing())
    private let advanced: @Sendable (Int) -> Void

    /// `advanced` hears how many rows more are done.
    public init(_ advanced: @escaping @Sendable (Int) -> Void = { _ in }) { self.advanced = advanced }

    public var now: Standing { standing.withLock { $0 } }

    func change(_ body: (inout Standing) -> Void) {
        let done = standing.withLock { standing in
            let before = standing.counts.settled
            body(&standing)
            return standing.counts.settled - before
        }
        if done > 0 { advanced(done) }
    }

    /// What the steps around the sweep wait for.
    public func wait(for reason: WaitReason?) { change { $0.waitingFor = reason } }

    func nextPage() -> Int {
        standing.withLock { standing in
            standing.pages += 1
            return standing.pages
        }
    }

    func read(_ page: RowPage, from start: UUID?, to end: UUID?) {
        change { standing in
            standing.counts.taken += page.rows.count
            standing.inFlight[page.number] = start
            standing.lastRead = end
        }
    }

    /// Nothing of the page is on its way any more.
    func finish(_ page: Int) {
        change { standing in
            standing.inFlight[page] = nil
            let earliest = standing.inFlight.min { $0.key < $1.key }
            standing.cursor = earliest.map(\.value) ?? standing.lastRead
        }
    }
}

/// Why a sweep waits.
public enum WaitReason: String, Sendable, CaseIterable {
    case pause, replica, lock, timeout, rate, fence, archive, slot, autovacuum
}
