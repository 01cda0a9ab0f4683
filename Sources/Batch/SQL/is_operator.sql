-- As byok.require_operator() decides, but readable by every role: who logged in counts.
select exists (
    select from pg_catalog.pg_roles r
    where r.rolname = 'byok_operator' and pg_has_role(session_user, r.oid, 'MEMBER')
) as is_operator
