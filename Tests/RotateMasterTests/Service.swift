import Foundation
import Postgres
import Secrets
import Synchronization
import TestSupport
import Vault

/// A product's service at work: it reads, replaces, adds and deletes keys while a rotation goes on, and knows what every
/// key must open to.
final class Service: Sendable {
    struct Complaint: Sendable, Equatable {
        let what: String
    }

    private struct Known {
        var texts: [UUID: [UInt8]] = [:]
        var users: [UUID: UUID] = [:]
        var complaints: [Complaint] = []
        var writes = 0
        var reads = 0
        var refusedByFence = 0
    }

    private let stage: Stage
    private let known = Mutex(Known())
    private let isOver = Atomic<Bool>(false)
    /// Held by whoever works on a key, so that what is known of it is what is stored.
    private let busy = Mutex<Set<UUID>>([])

    init(_ stage: Stage, _ ids: [UUID]) throws {
        self.stage = stage
        let users = try stage.database.psql("select id, user_id from byok.api_keys")
        known.withLock { known in
            for line in users.split(separator: "\n") {
                let pair = line.split(separator: "|").compactMap { UUID(uuidString: String($0)) }
                known.users[pair[0]] = pair[1]
                known.texts[pair[0]] = Stage.plaintext(pair[0])
            }
        }
    }

    var complaints: [Complaint] { known.withLock { $0.complaints } }
    var writes: Int { known.withLock { $0.writes } }
    var reads: Int { known.withLock { $0.reads } }
    var refusedByFence: Int { known.withLock { $0.refusedByFence } }
    var texts: [UUID: [UInt8]] { known.withLock { $0.texts } }

    /// Works until `body` returns: readers that hold both keys, one writer that seals under each of `versions`.
    func working<Result: Sendable>(
        sealingUnder versions: [Int], _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let threads = ServiceThreads()
            group.addTask(executorPreference: threads) { try await self.read() }
            for version in versions {
                group.addTask(executorPreference: threads) { try await self.write(under: version) }
            }
            let result = await offTheTestPool(body)
            isOver.store(true, ordering: .releasing)
            try await group.waitForAll()
            return try result.get()
        }
    }

    /// On a thread of its own, as the service is: the pool that tests run on may be two threads wide.
    private func offTheTestPool<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async -> Swift.Result<Result, any Error> {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: .init(catching: body)) }
        }
    }

    private func connection() throws -> PostgresConnection {
        PostgresConnection(try ConnectionSettings(variables: stage.database.environment(role: "byok_app")))
    }

    private func complain(_ what: String) { known.withLock { $0.complaints.append(Complaint(what: what)) } }

    /// A key that nobody else works on, and gives it back afterwards.
    private func withSomeKey(_ body: (UUID, UUID) async throws -> Void) async throws {
        guard let (id, user) = known.withLock({ known in known.users.randomElement() }).map({ ($0.key, $0.value) })
        else { return }
        guard busy.withLock({ $0.insert(id).inserted }) else { return }
        defer { busy.withLock { _ = $0.remove(id) } }
        guard known.withLock({ $0.users[id] != nil }) else { return }
        try await body(id, user)
    }

    private func read() async throws {
        var sealer = try KeySealer(keyring: try Stage.keyring([1, 2]))
        let connection = try connection()
        while !isOver.load(ordering: .acquiring) {
            try await withSomeKey { id, user in
                let rows = try await connection.query(
                    Statement(
                        "read", sql: "select master_key_version, sealed from byok.api_keys where id = $1", [.uuid(id)],
                        idempotent: true))
                guard let row = rows.first, let version = MasterKeyVersion(try row.int("master_key_version")) else {
                    return complain("a key is gone")
                }
                let binding = SealBinding(keyID: id, userID: user, masterKeyVersion: version, provider: "groq")
                let sealed = try row.bytes("sealed")
                let expected = known.withLock { known in
                    known.reads += 1
                    return known.texts[id] ?? []
                }
                guard let key = try? sealer.open(sealed.span, for: binding), key.matches(expected.span) else {
                    return complain("a key does not open to what was stored last, under \(version)")
                }
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private func write(under version: Int) async throws {
        var sealer = try KeySealer(keyring: try Stage.keyring([version]))
        let connection = try connection()
        var turn = 0
        while !isOver.load(ordering: .acquiring) {
            turn += 1
            do {
                switch turn % 4 {
                case 0: try await add(under: version, with: &sealer, connection)
                case 1: try await delete(connection)
                default: try await replace(under: version, turn, with: &sealer, connection)
                }
                known.withLock { $0.writes += 1 }
            } catch let error as PostgresError where error.sqlState == "BK007" {
                known.withLock { $0.refusedByFence += 1 }
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private func replace(
        under version: Int, _ turn: Int, with sealer: inout KeySealer, _ connection: PostgresConnection
    ) async throws {
        guard let (id, user) = known.withLock({ $0.users.randomElement() }).map({ ($0.key, $0.value) }),
            busy.withLock({ $0.insert(id).inserted })
        else { return }
        defer { busy.withLock { _ = $0.remove(id) } }
        guard known.withLock({ $0.users[id] != nil }) else { return }
        let text = Array("gsk_replaced_\(version)_\(turn)_\(id.uuidString)".utf8)
        let sealed = try Stage.seal(text, id, user, version, with: &sealer)
        let revision = try await connection.query(
            Statement(
                "replace", sql: "select byok.replace_key($1, $2, 'gsk_', $3::integer, $4) as revision",
                [.uuid(id), .uuid(user), .int(version), .bytes(sealed)])
        ).single().optionalInt("revision")
        guard revision != nil else { return complain("a key could not be replaced") }
        known.withLock { $0.texts[id] = text }
    }

    private func add(under version: Int, with sealer: inout KeySealer, _ connection: PostgresConnection) async throws {
        let (id, user) = (UUID(), UUID())
        let sealed = try Stage.seal(Stage.plaintext(id), id, user, version, with: &sealer)
        _ = try await connection.query(
            Statement(
                "add", sql: "select byok.add_key($1, $2, 'groq', '', 'gsk_', $3::integer, $4) as is_new",
                [.uuid(id), .uuid(user), .int(version), .bytes(sealed)]))
        known.withLock { known in
            known.texts[id] = Stage.plaintext(id)
            known.users[id] = user
        }
    }

    private func delete(_ connection: PostgresConnection) async throws {
        try await withSomeKey { id, _ in
            known.withLock { known in
                known.users[id] = nil
                known.texts[id] = nil
            }
            _ = try await connection.query(
                Statement("delete", sql: "select byok.delete_key($1, 'test') as is_gone", [.uuid(id)]))
        }
    }
}

/// The service's own, since other tests may hold every thread of the pool for long.
private final class ServiceThreads: TaskExecutor {
    private let queue = DispatchQueue(label: "service", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
