import Batch
import Postgres
import Rotation
import Vault

/// What a run leaves under other master keys than its target.
struct LeftBehind: Sendable {
    /// Of its part, to be moved still.
    let rest: Int
    /// Set aside, whoever did it …
    let quarantined: Int
    /// … since the rotation began …
    let setAside: Int
    /// … and of this run's part.
    let setAsideHere: Int

    /// `isProved`: the database says that nothing is left to be moved, so nothing is counted.
    static func read(
        _ target: MasterKeyVersion, _ range: KeyRange, isProved: Bool, on database: Database
    ) async throws(JobFailure) -> LeftBehind {
        let statement = Statement(
            "left behind", sql: PackageResources.left_behind_sql,
            [.int(Int(target.rawValue)), .uuid(range.first), .uuid(range.last), .bool(isProved)],
            deadline: .seconds(600))
        return try await database.read(statement) { rows throws(PostgresError) in
            let row = try rows.single()
            return LeftBehind(
                rest: try row.int("rest"), quarantined: try row.int("quarantined"),
                setAside: try row.int("set_aside"), setAsideHere: try row.int("set_aside_here"))
        }
    }
}
