/// How many rows a statement takes, steered by how long statements take.
///
/// What somebody else feels of a sweep is how long one statement holds its rows and floods the log, not how many
/// statements there are: sleeping between large ones leaves the worst case as bad as it was.
public struct BatchPace: Sendable, Equatable {
    public struct Limits: Sendable, Equatable {
        /// What a statement should take.
        public let aim: Duration
        /// With fewer than this a statement costs more than its rows do; only a collision makes it fewer.
        public let least: Int
        public let start: Int
        public let most: Int

        /// Unnoticed by a service that uses the table.
        public static let polite = Limits(aim: .microseconds(250), least: 20, start: 20, most: 50)
        /// For a quiet hour: beyond 1,000 rows a statement gains nothing.
        public static let fast = Limits(aim: .milliseconds(25), least: 100, start: 1000, most: 1000)
    }

    public let limits: Limits
    public private(set) var size: Int
    private var costOfARow: Duration?

    public init(_ limits: Limits) {
        self.limits = limits
        size = limits.start
    }

    /// `duration` is the server's, without the way there and back. A row's cost is smoothed, so that one slow commit does not count for a slow table; growth is slower than retreat.
    public mutating func took(_ duration: Duration, rows: Int) {
        guard rows > 0 else { return }
        let cost = duration / rows
        let smoothed = costOfARow.map { $0 * 0.8 + cost * 0.2 } ?? cost
        costOfARow = smoothed
        let fitting = smoothed > .zero ? limits.aim / smoothed : Double(limits.most)
        let goal = Int(min(max(fitting, Double(limits.least)), Double(limits.most)))
        size = goal < size ? max(goal, size / 2) : min(goal, size + max(1, size / 10))
    }

    /// A lock or a time-out was in the way: half as many at a time, to come past it.
    public mutating func collided() { size = max(1, size / 2) }
}
