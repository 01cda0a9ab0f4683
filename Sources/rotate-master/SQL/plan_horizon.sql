-- What keeps dead row versions from being reclaimed, so that updates find no room on their page: snapshots in this
-- database, transactions with an id in any, prepared transactions, slots. What this session may not see is null.
select 'session' as kind, a.pid::text as name, a.usename::text as who, a.datname::text as place,
    extract(epoch from now() - a.xact_start)::double precision as seconds,
    greatest(age(a.backend_xmin), age(a.backend_xid))::bigint as transactions
from pg_catalog.pg_stat_activity a
where a.pid <> pg_backend_pid() and (a.backend_xid is not null or a.backend_xmin is not null and a.datname = current_database())
    and coalesce(a.backend_type, '') <> 'autovacuum worker'
union all
select 'prepared transaction', p.gid, p.owner::text, p.database::text, extract(epoch from now() - p.prepared),
    age(p.transaction)::bigint
from pg_catalog.pg_prepared_xacts p
union all
select 'slot', s.slot_name::text, null, s.database::text, null,
    greatest(age(s.xmin), age(s.catalog_xmin))::bigint
from pg_catalog.pg_replication_slots s
where s.xmin is not null and not s.active
union all
select 'standby', r.application_name, r.usename::text, null, null, age(r.backend_xmin)::bigint
from pg_catalog.pg_stat_replication r
where r.backend_xmin is not null
order by 6 desc nulls first, 1, 2
limit 20
