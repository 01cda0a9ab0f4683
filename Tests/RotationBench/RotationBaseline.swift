import Foundation
import Postgres

/// What a rotation costs without its cryptography: the same rows read, the same statement, bytes of the same length
/// that were drawn before. While the server writes one batch the next is read and made.
///
///     rotation-baseline TARGET BATCH-SIZE
///
/// The database comes from `PG*` variables. Afterwards no key of it opens.
@main struct RotationBaseline {
    private let reader: PostgresConnection
    private let writer: PostgresConnection
    private let lease: UUID
    private let target: Int
    private let batchSize: Int
    private var randomness = Randomness()

    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 2, numbers[1] > 0 else { throw Failure(text: "TARGET and BATCH-SIZE are wanted") }
        var baseline = try await RotationBaseline(target: numbers[0], batchSize: numbers[1])
        print("rows \(try await baseline.run())")
    }

    private init(target: Int, batchSize: Int) async throws {
        let settings = try ConnectionSettings(variables: ProcessInfo.processInfo.environment)
        reader = PostgresConnection(settings)
        writer = PostgresConnection(settings)
        let lease = Statement(
            "lease",
            sql: "select acquired, token from byok.acquire_lease('rotate-master', '0/1', 'baseline', '10 minutes')")
        let answer = try await writer.query(lease).single()
        guard try answer.bool("acquired") else { throw Failure(text: "another run holds the lease") }
        self.lease = try answer.uuid("token")
        self.target = target
        self.batchSize = batchSize
    }

    private mutating func run() async throws -> Int {
        var rows = 0
        var underway: Task<Void, any Error>?
        var page = try await Self.read(
            reader, target, after: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), batchSize)
        while let last = page.last {
            let next = Task { [reader, target, batchSize, last = try last.uuid("id")] in
                try await Self.read(reader, target, after: last, batchSize)
            }
            let batch = try Batch(page, &randomness)
            try await underway?.value
            underway = Task { [writer, lease, target] in try await batch.write(writer, lease, target) }
            rows += page.count
            page = try await next.value
        }
        try await underway?.value
        return rows
    }

    private static func read(
        _ connection: PostgresConnection, _ target: Int, after id: UUID, _ count: Int
    ) async throws -> Rows {
        try await connection.query(
            Statement(
                "read",
                sql: """
                    select id, user_id, provider, master_key_version, sealed from byok.api_keys
                    where id > $1 and master_key_version <> $2 and quarantined_at is null order by id limit $3
                    """,
                [.uuid(id), .int(target), .int(count)]))
    }
}

/// One batch as the statement takes it.
private struct Batch {
    private var ids: [UUID?] = []
    private var users: [UUID?] = []
    private var versions: [Int?] = []
    private var nonces: [[UInt8]?] = []
    private var sealed: [[UInt8]?] = []

    init(_ rows: Rows, _ randomness: inout Randomness) throws {
        for row in rows {
            ids.append(try row.uuid("id"))
            users.append(try row.uuid("user_id"))
            versions.append(try row.int("master_key_version"))
            let (nonce, count) = try row.withBytes("sealed") { bytes in
                (bytes.extracting(1..<13).withUnsafeBytes { Array($0) }, bytes.count)
            }
            nonces.append(nonce)
            sealed.append(randomness.next(count))
        }
    }

    func write(_ connection: PostgresConnection, _ lease: UUID, _ target: Int) async throws {
        let answer = try await connection.query(
            Statement(
                "write",
                sql: """
                    select cardinality(changed) + cardinality(deleted) as missed
                    from byok.rewrap_keys('0/1', $1, $2, $3, $4, $5::int[], $6, $7)
                    """,
                [
                    .uuid(lease), .int(target), .uuids(ids), .uuids(users), .ints(versions), .byteas(nonces),
                    .byteas(sealed),
                ]))
        guard try answer.single().int("missed") == 0 else { throw Failure(text: "a row was not written") }
    }
}

/// Random bytes drawn before the run; each piece begins somewhere else.
private struct Randomness {
    private let pool: [UInt8]
    private var place = 0

    init() {
        var generator = SystemRandomNumberGenerator()
        pool = (0..<1 << 17).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
    }

    /// Begins like a sealed key does.
    mutating func next(_ count: Int) -> [UInt8] {
        place = (place &+ 4_099) % (pool.count &- count)
        var bytes = Array(pool[place..<place &+ count])
        bytes[0] = 1
        return bytes
    }
}

private struct Failure: Error {
    let text: String
}
