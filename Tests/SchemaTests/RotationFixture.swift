import TestSupport

/// A rotation as `rotate-master` drives it, spoken to as `byok_rotate`.
struct RotationFixture {
    let database: TestDatabase
    let token: String
    let shard: String

    init(_ database: TestDatabase, shard: String = "0/1") throws {
        self.database = database
        self.shard = shard
        token = try database.psql(
            "select token from byok.acquire_lease('rotate-master', '\(shard)', 'test', '1 min')", role: "byok_rotate")
    }

    /// The arguments that every step begins with.
    var hold: String { "'\(shard)', '\(token)'" }

    func begin(_ target: Int = 2, confirmed: String = "null") throws -> Int {
        let id = try database.psql(
            "select (byok.begin_rotation(\(hold), \(target), \(confirmed))).id", role: "byok_rotate")
        return Int(id) ?? 0
    }

    /// Moves every readable key under the target, with bytes that nothing opens.
    @discardableResult
    func sweep(to target: Int = 2) throws -> String {
        try database.psql(
            """
            select changed, deleted from (
                select array_agg(id) ids, array_agg(user_id) users, array_agg(master_key_version) versions,
                    array_agg(substring(sealed, 2, 12)) nonces,
                    array_agg(set_byte(sealed, 1, get_byte(sealed, 1) # 128)) sealed
                from byok.api_keys where master_key_version <> \(target) and quarantined_at is null
            ) k, byok.rewrap_keys(\(hold), \(target), ids, users, versions, nonces, sealed)
            where ids is not null
            """, role: "byok_rotate")
    }

    func note(_ rotation: Int, _ note: String = "swept_at: now") throws {
        let swept = note == "swept_at: now" ? "jsonb_build_object('swept_at', now())" : "'\(note)'::jsonb"
        _ = try database.psql(
            """
            select byok.note_rotation(\(hold), \(rotation),
                '{"run_id": "00000000-0000-4000-8000-000000000001", "pass": 1, "total": 1, "rotated": 0, "changed": 0,
                  "deleted": 0, "quarantined": 0, "heap_only": 0, "wal_bytes": 0}'::jsonb || \(swept))
            """, role: "byok_rotate")
    }

    func step(_ function: String, _ rotation: Int) throws -> String {
        try database.psql("select byok.\(function)(\(hold), \(rotation))", role: "byok_rotate")
    }

    func stepState(_ function: String, _ rotation: Int) -> String {
        database.sqlState("select byok.\(function)(\(hold), \(rotation))", role: "byok_rotate")
    }

    /// Everything up to the proof.
    func complete(_ target: Int = 2) throws -> Int {
        let rotation = try begin(target)
        try sweep(to: target)
        try note(rotation)
        _ = try step("fence_rotation", rotation)
        _ = try step("state_rotation_end", rotation)
        _ = try step("prove_rotation_end", rotation)
        return rotation
    }

    func verify(_ rotation: Int) throws {
        _ = try database.psql("select byok.record_verification(\(hold), \(rotation), 1, 0)", role: "byok_rotate")
    }
}

extension TestDatabase {
    /// Registers a master key where it is new, and makes it current.
    func makeCurrent(_ version: Int) throws {
        _ = try psql(
            """
            select byok.register_master_key(\(version), decode(repeat('a\(version)', 32), 'hex'));
            select byok.set_current_master_key(\(version), 'test')
            """, role: "byok_operator")
    }
}
