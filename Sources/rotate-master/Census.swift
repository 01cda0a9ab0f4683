import Postgres
import Vault

/// How many keys there are by master key version.
struct Census: Sendable {
    struct Line: Sendable {
        let version: Int
        let readable: Int
        let quarantined: Int
        /// Of the readable, those of this run's part.
        let readableHere: Int
    }

    let lines: [Line]

    init(_ rows: Rows) throws(PostgresError) {
        lines = try rows.map { row throws(PostgresError) in
            Line(
                version: try row.int("version"), readable: try row.int("readable"),
                quarantined: try row.int("quarantined"), readableHere: try row.int("readable_here"))
        }
    }

    /// Still to be moved, of this run's part.
    func rest(_ target: MasterKeyVersion) -> Int { others(target).reduce(0) { $0 + $1.readableHere } }

    /// The same of the whole table.
    func readable(_ target: MasterKeyVersion) -> Int { others(target).reduce(0) { $0 + $1.readable } }

    /// Left behind, whoever set them aside.
    func quarantined(_ target: MasterKeyVersion) -> Int { others(target).reduce(0) { $0 + $1.quarantined } }

    private func others(_ target: MasterKeyVersion) -> [Line] { lines.filter { $0.version != target.rawValue } }
}
