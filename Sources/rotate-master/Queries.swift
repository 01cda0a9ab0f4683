import FoundationEssentials
import Postgres
import Rotation
import Vault

/// The statements of preflight; those of a sweep are `Rotation`'s.
enum Queries {
    static let installation = Statement("installation", sql: PackageResources.installation_sql)
    static let visibleKeys = Statement(
        "visible keys", sql: PackageResources.visible_keys_sql, deadline: .seconds(600))

    static func sealedVersions(_ range: KeyRange) -> Statement {
        Statement(
            "sealed versions", sql: PackageResources.sealed_versions_sql, [.uuid(range.first), .uuid(range.last)],
            deadline: .seconds(600))
    }

    static func target(_ version: MasterKeyVersion) -> Statement {
        Statement("target", sql: PackageResources.target_sql, [.int(Int(version.rawValue))])
    }

    static func readersWithout(_ version: MasterKeyVersion) -> Statement {
        Statement("readers without", sql: PackageResources.readers_without_sql, [.int(Int(version.rawValue))])
    }
}
