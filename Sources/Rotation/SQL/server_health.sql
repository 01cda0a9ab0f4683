-- How much WAL waits for the archive and is kept for the furthest slot, in bytes, and whether autovacuum works on the keys.
-- Null where nothing is archived, the archiver has not begun, or no slot keeps anything. All of it is shown to everybody.
with here as (
    select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as at
)
select
    -- A segment's name: eight digits each of timeline, of four gigabytes, of segment within them.
    (select greatest(0, here.at - max(
            (('x' || substr(s.name, 9, 8))::bit(32)::bigint << 32)
            + (('x' || substr(s.name, 17, 8))::bit(32)::bigint + s.is_done)
            * pg_size_bytes(current_setting('wal_segment_size'))))::bigint
        from pg_stat_archiver a
        cross join lateral (values (a.last_archived_wal, 1), (a.last_failed_wal, 0)) as s (name, is_done)
        where current_setting('archive_mode') <> 'off' and s.name ~ '^[0-9A-F]{24}') as archive_bytes,
    (select max(here.at - pg_wal_lsn_diff(s.restart_lsn, '0/0'))::bigint
        from pg_replication_slots s where s.wal_status <> 'lost') as slot_bytes,
    -- Whose session it is, everybody may see: autovacuum's is nobody's.
    exists (
        select from pg_locks l
        join pg_stat_activity a on a.pid = l.pid
        where l.relation = 'byok.api_keys'::regclass and l.granted and a.usesysid is null
            and l.database = (select d.oid from pg_database d where d.datname = current_database())) as is_vacuumed
from here
