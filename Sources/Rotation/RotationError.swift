public import Postgres
public import Vault

/// Why a rotation cannot go on. What was written stays written; the rows tell where it stands.
public enum RotationError: Error, Sendable, Equatable {
    case database(PostgresError)
    case vault(VaultError)
    /// Another process holds the lease.
    case overtaken
    /// Another key was made current, or another rotation was begun.
    case targetMoved
    /// Another run divides the keys into other shards.
    case dividedDifferently
    /// Readers were seen that do not hold the target.
    case readersLackKey
    /// More rows do not open than can be an accident.
    case tooManyUnreadable
    /// A long transaction of somebody else's keeps the table for longer than we wait.
    case tableInUse
    /// Stopped while a step of the rotation waited.
    case interrupted
    /// Rows taken up and outcomes do not add up.
    case booksDoNotBalance(taken: Int, settled: Int)
}

extension RotationError: PostgresFailure {
    public init(_ error: PostgresError) {
        switch error.sqlState {
        case "BK001": self = .overtaken
        case "BK006": self = .tooManyUnreadable
        case "BK008": self = .readersLackKey
        case "BK009": self = .targetMoved
        case "BK010": self = .dividedDifferently
        default: self = .database(error)
        }
    }
}
