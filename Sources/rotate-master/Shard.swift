import Rotation

/// Which part of the keys a process moves: `index` of `count`, from 0.
struct Shard: Sendable, Equatable {
    let index: Int
    let count: Int
    let range: KeyRange

    static let whole = Shard(index: 0, count: 1, range: .all)

    /// `3/8`; or `/8`, whose index is that of a Kubernetes Indexed Job.
    init?(_ text: String, completionIndex: String?) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let count = Int(parts[1]) else { return nil }
        let index = parts[0].isEmpty ? completionIndex.flatMap(Int.init) : Int(parts[0])
        guard let index, let range = KeyRange(shard: index, of: count) else { return nil }
        self.init(index: index, count: count, range: range)
    }

    private init(index: Int, count: Int, range: KeyRange) {
        self.index = index
        self.count = count
        self.range = range
    }

    /// The lease's name of it.
    var name: String { "\(index)/\(count)" }
}
