-- No replica, no position.
select coalesce(pg_last_wal_replay_lsn() >= $1::text::pg_lsn, false) as is_past
