internal import FoundationEssentials
internal import Postgres
internal import Vault

extension Statement {
    /// One transaction; the same again answers the same, so it may be sent again after a lost reply.
    static func rewrap(_ keys: RewrappedKeys, _ range: Range<Int>, _ context: SweepContext) -> Statement {
        Statement(
            "rewrap keys", sql: PackageResources.rewrap_keys_sql,
            [
                .text(context.hold.shard), .uuid(context.hold.token), .int(Int(context.target.rawValue)),
                .uuids(Array(keys.ids[range])), .uuids(Array(keys.userIDs[range])), .ints(Array(keys.versions[range])),
                .byteas(Array(keys.nonces[range])), .byteas(Array(keys.sealed[range])),
            ], idempotent: true)
    }

    static func quarantine(_ unreadable: UnreadableRow, opened: Int, _ context: SweepContext) -> Statement {
        Statement(
            "quarantine row", sql: PackageResources.quarantine_row_sql,
            [
                .text(context.hold.shard), .uuid(context.hold.token), .int(context.rotationID),
                .uuid(unreadable.row.id), .int(unreadable.row.version), .bytes(unreadable.row.sealed),
                .text(unreadable.reason), .int(opened),
            ], idempotent: true)
    }

    static func note(_ json: String, _ context: SweepContext) -> Statement {
        Statement(
            "note rotation", sql: PackageResources.note_rotation_sql,
            [.text(context.hold.shard), .uuid(context.hold.token), .int(context.rotationID), .json(json)],
            deadline: .seconds(10), idempotent: true)
    }
}
