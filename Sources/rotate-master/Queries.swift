import Batch
import FoundationEssentials
import Postgres
import Rotation
import System
import Vault

/// The statements of preflight; those of a sweep are `Rotation`'s.
enum Queries {
    static let installation = Statement(
        "installation", sql: PackageResources.installation_sql, [.int(Preflight.neededMigration)])

    static func sealedVersions(_ range: KeyRange) -> Statement {
        Statement(
            "sealed versions", sql: PackageResources.sealed_versions_sql, [.uuid(range.first), .uuid(range.last)],
            deadline: .seconds(600))
    }

    static func target(_ version: MasterKeyVersion) -> Statement {
        Statement("target", sql: PackageResources.target_sql, [.int(Int(version.rawValue))])
    }

    /// A run that ended since then should have left one.
    static func isReportMissing(
        since at: Timestamp, on connection: PostgresConnection
    ) async throws(JobFailure) -> Bool {
        let statement = Statement("report missing", sql: PackageResources.report_missing_sql, [.timestamp(at)])
        let rows = try await connection.read(statement)
        do throws(PostgresError) { return try rows.single().bool("is_missing") } catch { throw JobFailure(error) }
    }

    static func readersWithout(_ version: MasterKeyVersion) -> Statement {
        Statement("readers without", sql: PackageResources.readers_without_sql, [.int(Int(version.rawValue))])
    }
}
