import Batch
import Postgres
import Rotation

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

    private func setAside(
        _ row: UnreadableRow, after opened: Int
    ) async throws(JobFailure) -> RowQuarantine.Outcome {
        let hold = SweepContext.Hold(shard: lease.shard, token: lease.token)
        do throws(PostgresError) {
            return try await RowQuarantine(hold, rotationID: rotation.id).take(row, opened: opened, on: database.writer)
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
