import FoundationEssentials
import Rotation
import System
import Vault

/// Everything a run came to.
struct RotationSummary: Sendable {
    let runID: UUID
    let startedAt: Timestamp
    let shard: Shard
    let isFast: Bool
    let workers: Int
    let target: MasterKeyVersion
    let censusBefore: Census
    /// Nil where it could not be read any more.
    let censusAfter: Census?
    let counts: SweepCounts
    let passes: Int
    let sight: SweepWatch.Sight
    let sealsBooked: Int
    /// As the database knows it at the end; nil in a dry run.
    let rotation: RotationState?
    let duration: Duration
    /// Why it ended before its end.
    let endedEarly: String?

    /// Percent of the updates that touched no index; nil where nothing was written.
    var heapOnlyShare: Double? {
        counts.rotated > 0 ? 100 * Double(counts.heapOnly) / Double(counts.rotated) : nil
    }

    var walBytesPerRow: Double? {
        counts.rotated > 0 ? Double(sight.walBytes) / Double(counts.rotated) : nil
    }

    var rowsPerSecond: Double { duration > .zero ? Double(counts.rotated) / (duration / .seconds(1)) : 0 }
}
