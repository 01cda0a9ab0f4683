-- Tables that this role may read and of which row-level security would show it a part.
select c.relname as name
from pg_class c
join pg_namespace s on s.oid = c.relnamespace and s.nspname = 'byok'
where c.relkind in ('r', 'p') and has_any_column_privilege(c.oid, 'select') and row_security_active(c.oid)
    and (
        not exists (
            select from pg_policy p
            where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
                and pg_get_expr(p.polqual, p.polrelid) = 'true'
                and exists (
                    select from unnest(p.polroles) r where r = 0 or pg_has_role(current_user, r, 'USAGE')
                )
        )
        or exists (
            select from pg_policy p
            where p.polrelid = c.oid and not p.polpermissive and p.polcmd in ('r', '*')
                and exists (
                    select from unnest(p.polroles) r where r = 0 or pg_has_role(current_user, r, 'USAGE')
                )
        )
    )
order by 1
