import Foundation
import Secrets
import TestSupport
import Vault

/// A sweep by the test's own hand, through the functions that `run` calls: here its end matters, not its pace.
extension RotationStage {
    /// Everything up to the proof, of keys planted under version 1.
    func sweep(_ count: Int, to target: Int = 2, proving: Bool = true) throws {
        let hold = try takeLease()
        let rotation = try database.psql(
            "select (byok.begin_rotation(\(hold), \(target), null)).id", role: "byok_rotate")
        try rewrap(count, to: target, hold)
        if proving { try prove(rotation, hold, count) }
        _ = try database.psql("select byok.release_lease('rotate-master', \(hold))", role: "byok_rotate")
    }

    private func takeLease() throws -> String {
        let token = try database.psql(
            "select token from byok.acquire_lease('rotate-master', '0/1', 'test', '1 min')", role: "byok_rotate")
        return "'0/1', '\(token)'"
    }

    private func rewrap(_ count: Int, to target: Int, _ hold: String) throws {
        for start in stride(from: 1, through: count, by: 100) {
            let fresh = try (start...min(start + 99, count)).map {
                "('\(Self.keyID($0))'::uuid, '\\x\(try sealed($0, under: target))'::bytea)"
            }
            _ = try database.psql(
                """
                select r.heap_only from (
                    select array_agg(k.id) ids, array_agg(k.user_id) users, array_agg(k.master_key_version) versions,
                        array_agg(substring(k.sealed, 2, 12)) nonces, array_agg(f.sealed) sealed
                    from byok.api_keys k join (values \(fresh.joined(separator: ","))) f (id, sealed) using (id)
                    where k.quarantined_at is null
                ) k, byok.rewrap_keys(\(hold), \(target), k.ids, k.users, k.versions, k.nonces, k.sealed) r
                """, role: "byok_rotate")
        }
    }

    private func prove(_ rotation: String, _ hold: String, _ count: Int) throws {
        _ = try database.psql(
            """
            select byok.note_rotation(\(hold), \(rotation), jsonb_build_object(
                'run_id', '00000000-0000-4000-8000-000000000001', 'pass', 1, 'total', \(count), 'rotated', \(count),
                'changed', 0, 'deleted', 0, 'quarantined', 0, 'heap_only', \(count), 'wal_bytes', \(count * 500),
                'batch_size', 20, 'statement_microseconds', 250, 'rows_per_second', 30000, 'swept_at', now()))
            """, role: "byok_rotate")
        for step in ["fence_rotation", "state_rotation_end", "prove_rotation_end"] {
            _ = try database.psql("select byok.\(step)(\(hold), \(rotation))", role: "byok_rotate")
        }
    }

    /// A whole rotation but the retirement: to version 2, swept, proved and verified.
    static func rotated(_ count: Int, on cluster: PrivateCluster = .shared) throws -> RotationStage {
        let stage = try RotationStage(count, on: cluster)
        try stage.makeCurrent(2)
        try stage.sweep(count)
        let verified = try stage.verify()
        guard verified.status == 0 else { throw ClusterError(message: verified.stderr) }
        return stage
    }
}
