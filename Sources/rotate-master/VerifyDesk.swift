import Batch
import Postgres

/// What a verification writes: rows set aside, and its own end.
struct VerifyDesk: Sendable {
    let rotation: RotationEntry
    let lease: Lease
    let database: Batch.Database

    /// By compare-and-set on the very bytes that did not open.
    func setAside(_ end: inout VerifyPass.End) async throws(JobFailure) {
        for row in end.unreadable {
            switch try await setAside(row, after: end.books.opened &+ end.books.failed) {
            case .quarantined: end.books.setAside += 1
            case .changed: end.books.changed += 1
            case .deleted: end.books.deleted += 1
            }
        }
    }

    private enum Fate: String { case quarantined, changed, deleted }

    private func setAside(_ row: UnreadableRow, after opened: Int) async throws(JobFailure) -> Fate {
        let parameters: [Parameter] = [
            .text(lease.shard), .uuid(lease.token), .int(rotation.id), .uuid(row.keyID), .int(row.version),
            .bytes(row.sealed), .text(row.reason), .int(opened),
        ]
        let statement = Statement(
            "verify_quarantine", sql: PackageResources.verify_quarantine_sql, parameters, idempotent: true)
        do throws(PostgresError) {
            let became = try await database.writer.query(statement).single().text("became")
            guard let fate = Fate(rawValue: became) else {
                throw PostgresError(.unexpectedResult, operation: "verify_quarantine", name: "became")
            }
            return fate
        } catch  where error.sqlState == "BK006" {
            throw JobFailure(
                .misconfigured,
                "so many rows do not open that it is not the rows' fault; no more of them are set aside",
                next: "look for a restored table or a wrong key before anything else is done")
        } catch {
            throw JobFailure(error)
        }
    }

    func record(_ books: VerifyBooks) async throws(JobFailure) {
        let parameters: [Parameter] = [
            .text(lease.shard), .uuid(lease.token), .int(rotation.id), .int(books.opened), .int(books.aside),
        ]
        _ = try await database.write(
            Statement("verify_record", sql: PackageResources.verify_record_sql, parameters, idempotent: true))
    }
}
