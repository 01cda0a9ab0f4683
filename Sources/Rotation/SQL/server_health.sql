-- How much WAL waits for the archive and is kept for the furthest slot, in bytes, and whether autovacuum works on the keys.
-- A segment that is still written waits for nobody; what failed before the last one was archived is over. All of it is
-- shown to everybody.
with here as (
    select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as at
)
select
    -- A segment's name: eight digits each of timeline, of four gigabytes, of segment within them.
    (select greatest(0, here.at - here.at % segment.bytes - max(
            (('x' || substr(s.name, 9, 8))::bit(32)::bigint << 32)
            + (('x' || substr(s.name, 17, 8))::bit(32)::bigint + s.is_done)
            * segment.bytes))::bigint
        from pg_stat_archiver a
        cross join pg_size_bytes(current_setting('wal_segment_size')) as segment (bytes)
        cross join lateral (values
            (a.last_archived_wal, 1),
            (case when a.last_failed_time > coalesce(a.last_archived_time, '-infinity') then a.last_failed_wal end, 0)
        ) as s (name, is_done)
        where current_setting('archive_mode') <> 'off' and s.name ~ '^[0-9A-F]{24}'
        group by segment.bytes) as archive_bytes,
    (select max(here.at - pg_wal_lsn_diff(s.restart_lsn, '0/0'))::bigint
        from pg_replication_slots s where s.wal_status <> 'lost') as slot_bytes,
    -- Whose session it is, everybody may see: autovacuum's is nobody's.
    exists (
        select from pg_locks l
        join pg_stat_activity a on a.pid = l.pid
        where l.relation = 'byok.api_keys'::regclass and l.granted and a.usesysid is null
            and l.database = (select d.oid from pg_database d where d.datname = current_database())) as is_vacuumed
from here
