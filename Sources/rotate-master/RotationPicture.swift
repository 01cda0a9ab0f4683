import FoundationEssentials
import System

/// Where master keys and their rotation stand, at one moment of the database.
struct RotationPicture: Sendable {
    let at: Timestamp
    /// The role that looked.
    let who: String
    let isOperator: Bool
    let tableBytes: Int
    let indexBytes: Int
    let vacuumedAt: Timestamp?
    /// By version, ascending; those that a row names and nobody registered too.
    let keys: [MasterKeyEntry]
    /// The one that is open, or the one that ended last.
    let rotation: RotationEntry?
    let shards: [ShardEntry]
    let leases: [LeaseHolder]
    let pause: Pause?
    /// Seen within a day.
    let readers: [Reader]
    /// Seen before that, and never heard to end: nobody knows whether they run.
    let silent: [Reader]
    let replicas: [Replica]

    struct LeaseHolder: Sendable {
        let shard: String
        let holder: String
        let acquiredAt: Timestamp
        let until: Timestamp
        let isLive: Bool
    }

    struct Pause: Sendable {
        let at: Timestamp
        let by: String
        let reason: String
        /// The job is `*`.
        let ofAllJobs: Bool
    }

    /// A running process that opens keys.
    struct Reader: Sendable {
        let process: String
        let versions: [Int]
        let seenAt: Timestamp
    }

    /// A standby, or a slot of one that is away.
    struct Replica: Sendable {
        let name: String
        let kind: String
        let behindBytes: Int?
        let behindSeconds: Double?
        /// Whether it has replayed the end of the sweep; nil where nobody knows.
        let isPastEnd: Bool?
    }
}

extension RotationPicture {
    var current: MasterKeyEntry? { keys.first { $0.state == .current } }
    var previous: [MasterKeyEntry] { keys.filter { $0.state == .previous } }
    /// Registered last, not used yet.
    var next: MasterKeyEntry? { keys.last { $0.state == .next } }
    var openRotation: RotationEntry? { rotation.flatMap { $0.end == nil ? $0 : nil } }

    /// Keys that are sealed under another version and can still be read, so are to be swept.
    func remaining(for target: Int) -> Int {
        keys.filter { $0.version != target }.reduce(0) { $0 &+ $1.readable }
    }

    func readers(without version: Int) -> [Reader] { readers.filter { !$0.versions.contains(version) } }
    func silent(without version: Int) -> [Reader] { silent.filter { !$0.versions.contains(version) } }

    var liveLeases: [LeaseHolder] { leases.filter(\.isLive) }
}
