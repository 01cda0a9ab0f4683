-- Asked on a replica: how far it is behind the position $1 of its primary. Null where it is no replica.
select case when pg_is_in_recovery() then $1::bigint - pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint end as behind_bytes
