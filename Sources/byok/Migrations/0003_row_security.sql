-- Who sees which row. Every table is closed; a user's own rows are opened here, the jobs' roles in
-- jobs/sql/roles.sql. Not FORCEd: the owner, as whom the definer functions run, must see every row,
-- and byok.count_keys() lets `doctor` notice a session that does not.

do $$
declare
    relation text;
begin
    for relation in
        select c.relname from pg_catalog.pg_class c
        where c.relnamespace = 'byok'::regnamespace and c.relkind = 'r'
    loop
        execute format('alter table byok.%I enable row level security', relation);
    end loop;
end
$$;

-- The user of a Supabase session: the claims of its JWT, in the form of either PostgREST generation.
-- Null outside such a session; an error where the claims are malformed, so that nothing is shown.
create function byok.current_user_id() returns uuid
language sql stable parallel safe
begin atomic
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid;
end;

-- "(select …)" makes it one call a statement instead of one a row.
create policy own_rows on byok.api_keys for select using (user_id = (select byok.current_user_id()));
create policy own_rows_deleted on byok.api_keys for delete using (user_id = (select byok.current_user_id()));
create policy own_rows on byok.key_events for select using (user_id = (select byok.current_user_id()));
create policy own_rows on byok.analyses for select using (user_id = (select byok.current_user_id()));
create policy everyone on byok.credit_prices for select using (true);
create policy everyone on byok.task_routes for select using (true);

-- What a user's page shows. Never `sealed`.
create view byok.my_keys with (security_invoker, security_barrier) as
select
    id, user_id, provider, label, key_prefix, status, disabled_reason, disabled_at,
    last_verdict, last_checked_at, quarantined_at, created_at, updated_at
from byok.api_keys
where user_id = (select byok.current_user_id());

-- What the orchestrator may use now.
create view byok.usable_keys with (security_invoker, security_barrier) as
select
    id, user_id, provider, label, key_prefix, master_key_version, sealed, key_revision, status,
    last_verdict, last_checked_at
from byok.api_keys
where status in ('active', 'suspected') and quarantined_at is null;

-- How many keys there really are: a session that counts fewer is being shown a part of them.
create function byok.count_keys() returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
    if pg_catalog.row_security_active('byok.api_keys') then
        raise exception 'row security hides keys from the owner of the schema too' using errcode = 'BK005';
    end if;
    return (select pg_catalog.count(*) from byok.api_keys);
end
$$;

revoke all on function byok.current_user_id(), byok.count_keys() from public;
