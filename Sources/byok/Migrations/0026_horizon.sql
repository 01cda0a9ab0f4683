-- What a rotation meets. It keeps dead row versions from being reclaimed, so that updates find no room on their page:
-- snapshots in this database, transactions with an id in any, prepared transactions, slots. Or it has byok.api_keys locked,
-- so that the last steps wait: autovacuum too, and a session that does nothing in its transaction. For how long a session has been at it
-- is null where the schema's owner is not shown it (grant it pg_read_all_stats).
create function byok.horizon_holders()
returns table (kind text, name text, who text, place text, seconds double precision, transactions bigint)
language sql stable security definer set search_path = ''
begin atomic
    select 'session', a.pid::text, a.usename::text, a.datname::text,
        extract(epoch from now() - a.xact_start)::double precision,
        greatest(age(a.backend_xmin), age(a.backend_xid))::bigint as transactions
    from pg_stat_activity a
    where a.pid <> pg_backend_pid()
        and (
            (a.backend_xid is not null or a.backend_xmin is not null and a.datname = current_database())
                and coalesce(a.backend_type, '') <> 'autovacuum worker'
            or exists (
                select from pg_locks l
                where l.pid = a.pid and l.granted and l.relation = 'byok.api_keys'::regclass
                    and l.database = (select d.oid from pg_database d where d.datname = current_database()))
        )
    union all
    select 'prepared transaction', p.gid, p.owner::text, p.database::text, extract(epoch from now() - p.prepared),
        age(p.transaction)::bigint
    from pg_prepared_xacts p
    union all
    select 'slot', s.slot_name::text, null, s.database::text, null, greatest(age(s.xmin), age(s.catalog_xmin))::bigint
    from pg_replication_slots s
    where (s.xmin is not null or s.catalog_xmin is not null) and not s.active
    union all
    select 'standby', coalesce(nullif(r.application_name, ''), 'replica ' || r.pid), r.usename::text, null, null,
        age(r.backend_xmin)::bigint
    from pg_stat_replication r
    where r.backend_xmin is not null
    order by transactions desc nulls first
    limit 20;
end;

revoke all on function byok.horizon_holders from public;
