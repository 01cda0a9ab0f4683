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
        /// Of the quarantined, those since the rotation began, whoever set them aside.
        let setAside: Int
    }

    let lines: [Line]
    /// All keys, those too that row security hides from this session.
    let stored: Int

    /// At least one row: it tells `stored`.
    init(_ rows: Rows) throws(PostgresError) {
        guard let first = rows.first else {
            throw PostgresError(.unexpectedResult, operation: "count keys")
        }
        stored = try first.int("stored")
        lines =
            try first.optionalInt("version") == nil
            ? []
            : rows.map { row throws(PostgresError) in
                Line(
                    version: try row.int("version"), readable: try row.int("readable"),
                    quarantined: try row.int("quarantined"), readableHere: try row.int("readable_here"),
                    setAside: try row.int("set_aside"))
            }
    }

    /// What this session is shown.
    var seen: Int { lines.reduce(0) { $0 + $1.readable + $1.quarantined } }

    /// Still to be moved, of this run's part.
    func rest(_ target: MasterKeyVersion) -> Int { others(target).reduce(0) { $0 + $1.readableHere } }

    /// The same of the whole table.
    func readable(_ target: MasterKeyVersion) -> Int { others(target).reduce(0) { $0 + $1.readable } }

    /// Left behind, whoever set them aside.
    func quarantined(_ target: MasterKeyVersion) -> Int { others(target).reduce(0) { $0 + $1.quarantined } }

    /// Left behind since the rotation began: those that were set aside before it are known.
    func setAside(_ target: MasterKeyVersion) -> Int { others(target).reduce(0) { $0 + $1.setAside } }

    private func others(_ target: MasterKeyVersion) -> [Line] { lines.filter { $0.version != target.rawValue } }
}
