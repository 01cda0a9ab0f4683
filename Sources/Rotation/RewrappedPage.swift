internal import FoundationEssentials
internal import Postgres
internal import Vault

/// Rows sealed anew together, on their way to be written.
struct RewrappedPage: Sendable {
    let number: Int
    var keys = RewrappedKeys()
    var unreadable: [UnreadableRow] = []
    /// Statements made ahead, by the first row of each.
    private(set) var ready: [Int: ReadyWrite] = [:]

    init(number: Int) { self.number = number }

    var count: Int { keys.count + unreadable.count }

    /// Cut into statements of `size` rows, encoded: while the server is busy with another page, not while it waits for us.
    mutating func makeReady(size: Int, _ context: SweepContext) throws(RotationError) {
        for start in stride(from: 0, to: keys.count, by: max(1, size)) {
            let range = start..<min(start + max(1, size), keys.count)
            do throws(PostgresError) {
                ready[start] = ReadyWrite(range: range, statement: try .rewrap(keys, range, context).encoded())
            } catch {
                throw RotationError(error)
            }
        }
    }
}

struct ReadyWrite: Sendable {
    let range: Range<Int>
    let statement: Statement
}

/// What lies ready to be written: column by column, as the statement takes it.
struct RewrappedKeys: Sendable {
    var ids: [UUID] = []
    var userIDs: [UUID] = []
    var versions: [Int] = []
    /// Of what was read: the write compares them.
    var nonces: [[UInt8]] = []
    var sealed: [[UInt8]] = []

    var count: Int { ids.count }

    mutating func reserveCapacity(_ count: Int) {
        ids.reserveCapacity(count)
        userIDs.reserveCapacity(count)
        versions.reserveCapacity(count)
        nonces.reserveCapacity(count)
        sealed.reserveCapacity(count)
    }

    mutating func append(_ row: KeyRow, _ sealed: [UInt8]) {
        ids.append(row.id)
        userIDs.append(row.userID)
        versions.append(row.version)
        nonces.append(Array(row.sealed[SealedKey.nonceRange]))
        self.sealed.append(sealed)
    }
}
