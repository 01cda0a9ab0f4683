select p.shard, p.run_id, p.pass, p.total, p.rotated, p.changed, p.deleted, p.quarantined, p.heap_only, p.wal_bytes,
    p.batch_size, p.statement_microseconds, p.rows_per_second, p.replica_lag_bytes, p.waiting_for, p.swept_at,
    p.updated_at
from byok.rotation_progress p
where p.rotation_id = $1
order by split_part(p.shard, '/', 2)::integer, split_part(p.shard, '/', 1)::integer
