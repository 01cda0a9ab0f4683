select now() as now, session_user::text as who,
    exists (
        select from pg_catalog.pg_roles r
        where r.rolname = 'byok_operator' and pg_has_role(session_user, r.oid, 'MEMBER')
    ) as is_operator,
    pg_table_size('byok.api_keys') as table_bytes, pg_indexes_size('byok.api_keys') as index_bytes,
    (
        select max(v) from pg_stat_user_tables t, unnest(array[t.last_vacuum, t.last_autovacuum]) v
        where t.relid = 'byok.api_keys'::regclass
    ) as vacuumed_at
