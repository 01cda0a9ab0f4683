-- What an earlier run of this shard left behind.
select cursor, pass, total, rotated, changed, deleted, quarantined, heap_only, wal_bytes, swept_at
from byok.rotation_progress
where rotation_id = $1::bigint and shard = $2
