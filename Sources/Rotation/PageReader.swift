internal import FoundationEssentials
internal import Postgres
internal import Vault

/// Reads the keys that are not under the target yet, of one part of all keys.
struct PageReader: Sendable {
    let connection: PostgresConnection
    let target: MasterKeyVersion
    let range: KeyRange
    let pageSize: Int

    /// In the order of ids, behind `cursor`: with random ids that is what keeps the updates of a page apart in time.
    func page(after cursor: UUID?) async throws(RotationError) -> [KeyRow] {
        try await rows(
            Statement(
                "read page", sql: PackageResources.read_page_sql,
                [
                    .int(Int(target.rawValue)), .uuid(range.first), .uuid(range.last), .uuid(cursor),
                    .int(pageSize),
                ], deadline: Self.patience, idempotent: true))
    }

    /// Any of them, in no order: one scan where few are left. Ascending once here.
    func rest(limit: Int) async throws(RotationError) -> [KeyRow] {
        try await rows(
            Statement(
                "read rest", sql: PackageResources.read_rest_sql,
                [.int(Int(target.rawValue)), .uuid(range.first), .uuid(range.last), .int(limit)],
                deadline: Self.patience, idempotent: true))
    }

    /// A page may lie behind very many keys that are done.
    private static let patience: Duration = .seconds(600)

    private func rows(_ statement: Statement) async throws(RotationError) -> [KeyRow] {
        do throws(PostgresError) {
            return try await connection.query(statement).map { row throws(PostgresError) in try KeyRow(row) }
        } catch {
            throw RotationError(error)
        }
    }
}
