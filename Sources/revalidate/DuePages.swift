import Batch
import FoundationEssentials
import Postgres
import Providers
import Synchronization
import System

/// A place in the order of due keys.
struct DueCursor: Sendable {
    /// Nil before the first.
    var dueAt: Timestamp?
    var id: UUID

    static let start = DueCursor(dueAt: nil, id: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
}

/// The due keys of one provider, oldest first. Holds a page and, while that is being used up, the next.
actor DuePages {
    static let pageSize = 250
    /// Small, so that no lane waits long for the others' first pages: they are read on one connection.
    private static let firstPageSize = 60
    private static let lowWater = 125

    let provider: Provider
    private let database: Database
    private let runID: UUID
    private let cutOff: Timestamp
    private let allowance: Allowance
    private let halt: Halt
    private let keysInHand: KeysInHand

    private var waiting: ArraySlice<DueKey> = []
    private var cursor = DueCursor.start
    private var isAtEnd = false
    private var fetch: Task<Void, Never>?

    init(
        _ provider: Provider, _ database: Database, runID: UUID, cutOff: Timestamp, _ allowance: Allowance,
        _ keysInHand: KeysInHand, _ halt: Halt
    ) {
        self.provider = provider
        self.database = database
        self.runID = runID
        self.cutOff = cutOff
        self.allowance = allowance
        self.keysInHand = keysInHand
        self.halt = halt
    }

    /// Nil after the last.
    func next() async -> DueKey? {
        while !halt.isMet {
            if waiting.count <= Self.lowWater, !isAtEnd { startFetch() }
            if !waiting.isEmpty { return allowance.take() ? waiting.removeFirst() : nil }
            if isAtEnd { return nil }
            await fetch?.value
        }
        return nil
    }

    /// Whether `next` would give nothing more.
    var isDrained: Bool { allowance.isUsedUp || (isAtEnd && waiting.isEmpty) }

    /// How many keys were due and not given out.
    func countRest() async throws(JobFailure) -> Int {
        await fetch?.value
        guard !isAtEnd else { return waiting.count }
        let row = try await database.read(Queries.dueRest(provider, cutOff: cutOff, after: cursor))
        let rest = try Database.reading { () throws(PostgresError) in try row.single().int("keys") }
        return waiting.count + rest
    }

    private func startFetch() {
        guard fetch == nil else { return }
        fetch = Task { await self.fetchPage() }
    }

    private func fetchPage() async {
        defer { fetch = nil }
        // Taken before the page is read: what settles meanwhile is still in this copy, and what settled earlier is left
        // out by the statement.
        let inHand = keysInHand.all
        let size = cursor.dueAt == nil ? Self.firstPageSize : Self.pageSize
        do throws(JobFailure) {
            let statement = Queries.dueKeys(provider, cutOff: cutOff, after: cursor, limit: size, runID: runID)
            let rows = try await database.read(statement)
            let provider = provider
            let keys = try Database.reading { () throws(PostgresError) in
                try rows.map { row throws(PostgresError) in try DueKey(row, provider: provider) }
            }
            if let last = keys.last { cursor = DueCursor(dueAt: last.dueAt, id: last.id) }
            isAtEnd = keys.count < size
            let fresh = keys.filter { !inHand.contains($0.id) }
            keysInHand.take(fresh.map(\.id))
            waiting = ArraySlice(Array(waiting) + fresh)
        } catch {
            isAtEnd = true
            halt.fail(error)
        }
    }
}

/// How many keys the run may still take up, over all providers.
final class Allowance: Sendable {
    private let left: Mutex<Int?>

    init(_ limit: Int?) { left = Mutex(limit) }

    func take() -> Bool {
        left.withLock { left in
            guard let some = left else { return true }
            guard some > 0 else { return false }
            left = some - 1
            return true
        }
    }

    var isUsedUp: Bool { left.withLock { $0 == 0 } }
}
