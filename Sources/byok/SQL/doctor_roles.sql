-- What jobs/sql/roles.sql leaves behind; each row is something that is not there.
with expected (role) as (
    values ('byok_app'), ('byok_operator'), ('byok_revalidate'), ('byok_rotate'), ('byok_savings'), ('byok_scan'),
        ('byok_mail')
), schema as (
    select oid from pg_namespace where nspname = 'byok'
)
select 'role' as kind, e.role as name
from expected e
where e.role not in (select rolname from pg_roles)
union all
select 'time limit of', r.rolname
from pg_roles r join expected e on e.role = r.rolname
where not exists (select from unnest(r.rolconfig) c where c like 'statement_timeout=%')
union all
select 'schema usage of', r.rolname
from pg_roles r join expected e on e.role = r.rolname, schema s
where not has_schema_privilege(r.oid, s.oid, 'usage')
union all
select 'row policy of', c.relname
from pg_class c, schema s
where c.relnamespace = s.oid and c.relkind in ('r', 'p')
    and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'suite')
order by 1, 2
