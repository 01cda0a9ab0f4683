public import FoundationEssentials
public import Vault

/// What every part of a sweep shares: whose it is, where it goes, and what has come of it.
public struct SweepContext: Sendable {
    /// The lease that every write shows, and with it the part of the keys that is ours.
    public struct Hold: Sendable {
        public let shard: String
        public let token: UUID

        public init(shard: String, token: UUID) {
            self.shard = shard
            self.token = token
        }
    }

    public let hold: Hold
    public let runID: UUID
    public let rotationID: Int
    public let target: MasterKeyVersion
    public let tally: Tally
    public let halt: SweepHalt
    let gate = Gate()

    public init(
        hold: Hold, runID: UUID, rotationID: Int, target: MasterKeyVersion, tally: Tally, halt: SweepHalt
    ) {
        self.hold = hold
        self.runID = runID
        self.rotationID = rotationID
        self.target = target
        self.tally = tally
        self.halt = halt
    }
}
