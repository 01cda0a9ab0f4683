select current_setting('server_version_num')::int as version, current_setting('server_version') as version_name,
    current_user::text as user_name, session_user::text as session_name,
    clock_timestamp() as at, coalesce(s.ssl, false) as encrypted, s.version as protocol,
    r.rolsuper or r.rolbypassrls as sees_everything,
    exists (
        select from pg_roles o where o.rolname = $1 and pg_has_role(session_user, o.oid, 'MEMBER')
    ) as is_expected
from pg_roles r
left join pg_stat_ssl s on s.pid = pg_backend_pid()
where r.rolname = current_user
