select pause_reason, paused_job, pg_wal_lsn_diff(wal_position, '0/0')::bigint as wal_position
from byok.note_rotation($1, $2, $3::bigint, $4)
