import Rotation

/// What a sweep came to.
struct RotationSummary: Sendable {
    /// Nil where it could not be read any more.
    let leftBehind: LeftBehind?
    let counts: SweepCounts
    let sight: SweepWatch.Sight
    let duration: Duration

    /// Percent of the updates that touched no index; nil where nothing was written.
    var heapOnlyShare: Double? {
        counts.rotated > 0 ? 100 * Double(counts.heapOnly) / Double(counts.rotated) : nil
    }

    var walBytesPerRow: Double? {
        counts.rotated > 0 ? Double(sight.walBytes) / Double(counts.rotated) : nil
    }

    var rowsPerSecond: Double { duration > .zero ? Double(counts.rotated) / (duration / .seconds(1)) : 0 }
}
