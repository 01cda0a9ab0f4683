-- One login role a job, each with what it needs and no more. Run it with psql as an administrator (a
-- superuser, or on Supabase `postgres`) after every `byok migrate`; running it again changes nothing.
--
--     psql -v ON_ERROR_STOP=1 -f jobs/sql/roles.sql
--
-- It sets no passwords: use \password, or certificates. This file is the one place of grants; what a
-- user's own session may see is decided by row security in the migrations.

\set ON_ERROR_STOP on

\set QUIET on
set client_min_messages = warning;
begin;

-- Roles and their limits -----------------------------------------------------------------------------

create temporary table limits (role text, statement text, lock text, idle text) on commit drop;
insert into limits values
    ('byok_app', '15s', '5s', '30s'),            -- the product's service: seals, opens, picks
    ('byok_operator', '10min', '5s', '60s'),     -- people, through `byok` and `… approve|undo|retire`
    ('byok_revalidate', '60s', '5s', '60s'),
    ('byok_rotate', '15min', '1s', '60s'),       -- VALIDATE and verify read every row; a lock is not waited for
    ('byok_savings', '30min', '5s', '30min'),    -- one long snapshot
    ('byok_scan', '10min', '5s', '10min'),
    ('byok_mail', '60s', '5s', '60s');

do $$
declare
    l record;
begin
    for l in select role from limits where role not in (select rolname from pg_roles) loop
        begin
            execute format('create role %I login noinherit', l.role);
        exception when duplicate_object or unique_violation then
            null; -- somebody else's run of this file, on another database of the cluster
        end;
    end loop;
    for l in
        select role, name, value
        from limits,
            lateral (
                values ('statement_timeout', statement), ('lock_timeout', lock),
                    ('idle_in_transaction_session_timeout', idle),
                    -- Ciphertext is a parameter; it has no business in the server's log.
                    ('log_parameter_max_length', '0'), ('log_parameter_max_length_on_error', '0'),
                    -- It sums a month of everybody in one statement, which is not worth compiling.
                    ('work_mem', case role when 'byok_savings' then '128MB' end),
                    ('hash_mem_multiplier', case role when 'byok_savings' then '4' end),
                    -- Its groups are few beside the rows: several processes make them sooner than one.
                    ('parallel_tuple_cost', case role when 'byok_savings' then '0.01' end),
                    -- Each process makes nearly all of the groups: whoever puts them together makes none of its own.
                    ('parallel_leader_participation', case role when 'byok_savings' then 'off' end),
                    -- What it joins is a hash of few beside many: to sort the many for that is not worth it.
                    ('enable_mergejoin', case role when 'byok_savings' then 'off' end),
                    ('jit', case role when 'byok_savings' then 'off' end)
            ) setting (name, value)
        where value is not null and not exists (
            select from pg_db_role_setting s
            where s.setrole = role::regrole and s.setdatabase = 0 and name || '=' || value = any (s.setconfig)
        )
    loop
        begin
            execute format('alter role %I set %s = %L', l.role, l.name, l.value);
        exception when insufficient_privilege then
            raise warning '% may not be set for % by this administrator', l.name, l.role;
        end;
    end loop;
end
$$;

-- Start from nothing, so that this file tells all ------------------------------------------------------

do $$
declare
    grantee text;
    columns text;
    relation record;
begin
    revoke all on schema byok from public;
    revoke all on all tables in schema byok from public;
    revoke all on all functions in schema byok from public;
    for grantee in
        select rolname from pg_roles
        where rolname in (select role from limits) or rolname in ('anon', 'authenticated', 'service_role')
    loop
        execute format('revoke all on schema byok from %I', grantee);
        execute format('revoke all on all tables in schema byok from %I', grantee);
        execute format('revoke all on all functions in schema byok from %I', grantee);
        execute format('revoke all on all sequences in schema byok from %I', grantee);
    end loop;
    -- Rows: a table without row security or without the suite's policy gets both.
    for relation in
        select c.oid, c.relname, c.relrowsecurity from pg_class c
        where c.relnamespace = 'byok'::regnamespace and c.relkind in ('r', 'p')
    loop
        if not relation.relrowsecurity then
            execute format('alter table byok.%I enable row level security', relation.relname);
        end if;
        if not exists (select from pg_policy where polrelid = relation.oid and polname = 'suite') then
            select string_agg(quote_ident(role), ', ') into columns from limits;
            execute format(
                'create policy suite on byok.%I to %s using (true) with check (true)', relation.relname, columns);
        end if;
    end loop;
end
$$;

-- What each may do -------------------------------------------------------------------------------------
-- Row security lets every role of the suite see every row; these grants say which columns.

create temporary table grants (role text, privilege text, relation text, columns text) on commit drop;
insert into grants
select role, 'select', relation, null
from limits, unnest(array['migrations', 'installation', 'pauses', 'job_runs']) relation
where role <> 'byok_app';

-- Never a lease's token: it is what lets its holder write.
insert into grants
select role, 'select', 'job_leases', 'job, shard, holder, acquired_at, until' from limits where role <> 'byok_app';

-- Every column of a key but the ciphertext.
insert into grants
select role, 'select', 'api_keys', (
    select string_agg(quote_ident(attname), ', ') from pg_attribute
    where attrelid = 'byok.api_keys'::regclass and attnum > 0 and not attisdropped and attname <> 'sealed'
)
from unnest(array['byok_operator', 'byok_savings']) role;

insert into grants values
    ('byok_app', 'select', 'installation', null),
    ('byok_app', 'select', 'api_keys', null),
    ('byok_app', 'update', 'api_keys', 'label'),
    ('byok_app', 'select', 'usable_keys', null),
    ('byok_app', 'select', 'my_keys', null),
    ('byok_app', 'select', 'master_keys', null),
    ('byok_app', 'select', 'task_routes', null),
    ('byok_app', 'select', 'credit_prices', null),
    ('byok_app', 'select', 'analyses', null),
    ('byok_app', 'insert', 'analyses', null),
    ('byok_app', 'update', 'analyses', null),
    ('byok_app', 'select', 'credit_ledger', null),
    ('byok_app', 'insert', 'credit_ledger', null),

    ('byok_operator', 'select', 'master_keys', null),
    ('byok_operator', 'select', 'key_holders', null),
    ('byok_operator', 'select', 'rotations', null),
    ('byok_operator', 'select', 'rotation_progress', null),
    ('byok_operator', 'select', 'key_checks', null),
    ('byok_operator', 'select', 'key_events', null),
    ('byok_operator', 'select', 'guards', null),
    ('byok_operator', 'select', 'guard_counts', null),
    ('byok_operator', 'select', 'key_fingerprints', 'key_id, key_revision, scan_key_id'),
    ('byok_operator', 'select', 'email_outbox', null),
    ('byok_operator', 'select', 'task_routes', null),
    ('byok_operator', 'select', 'credit_prices', null),
    ('byok_operator', 'select', 'token_prices', null),
    ('byok_operator', 'select', 'provider_bills', null),
    ('byok_operator', 'select', 'audit_log', null),

    ('byok_revalidate', 'select', 'api_keys', null),
    ('byok_revalidate', 'select', 'master_keys', null),
    ('byok_revalidate', 'select', 'key_checks', null),
    ('byok_revalidate', 'select', 'key_events', null),
    ('byok_revalidate', 'select', 'guards', null),
    ('byok_revalidate', 'select', 'guard_counts', null),
    ('byok_revalidate', 'select', 'key_fingerprints', 'key_id, key_revision, scan_key_id'),
    ('byok_revalidate', 'select', 'email_outbox', 'id, key_id, kind, state, not_before, sent_at, run_id'),

    ('byok_rotate', 'select', 'api_keys',
        'id, user_id, provider, master_key_version, sealed, key_revision, quarantined_at, quarantine_reason'),
    ('byok_rotate', 'select', 'master_keys', null),
    ('byok_rotate', 'select', 'key_holders', null),
    ('byok_rotate', 'select', 'rotations', null),
    ('byok_rotate', 'select', 'rotation_progress', null),

    ('byok_savings', 'select', 'analyses', null),
    ('byok_savings', 'select', 'credit_ledger', null),
    ('byok_savings', 'select', 'credit_prices', null),
    ('byok_savings', 'select', 'task_routes', null),
    ('byok_savings', 'select', 'key_events', null),
    ('byok_savings', 'select', 'key_checks', null),
    ('byok_savings', 'select', 'token_prices', null),
    ('byok_savings', 'select', 'provider_bills', null),
    ('byok_savings', 'select', 'email_outbox', 'key_id, kind, state, sent_at, run_id'),

    ('byok_scan', 'select', 'api_keys',
        'id, user_id, provider, label, key_prefix, key_revision, status, quarantined_at, created_at'),
    ('byok_scan', 'select', 'key_fingerprints', null),
    ('byok_scan', 'select', 'audit_log', null),

    ('byok_mail', 'select', 'recipients', null),
    ('byok_mail', 'select', 'email_outbox', null),
    ('byok_mail', 'update', 'email_outbox', 'state, attempts, not_before, sent_at');

-- Where recipients is a table, the product fills it, without reading an address back.
insert into grants
select 'byok_app', privilege, 'recipients', columns
from (values ('insert', null), ('update', 'email, locale'), ('delete', null), ('select', 'user_id')) w (privilege, columns)
where exists (select from pg_class where oid = 'byok.recipients'::regclass and relkind = 'r');

-- A user's own session on Supabase: its rows, by row security. Nothing for anon.
insert into grants
select rolname, privilege, relation, columns
from pg_roles, (values
    ('select', 'my_keys', null),
    ('select', 'api_keys',
        'id, user_id, provider, label, key_prefix, status, disabled_reason, disabled_at, last_verdict, '
        'last_checked_at, quarantined_at, created_at, updated_at'),
    ('delete', 'api_keys', null),
    ('select', 'key_events', 'key_id, user_id, provider, at, event'),
    ('select', 'analyses', null),
    ('select', 'task_routes', null),
    ('select', 'credit_prices', null)
) own (privilege, relation, columns)
where rolname = 'authenticated';

create temporary table calls (role text, function text) on commit drop;
insert into calls values
    ('byok_app', 'add_key'), ('byok_app', 'add_keys'), ('byok_app', 'replace_key'), ('byok_app', 'delete_key'),
    ('byok_app', 'put_fingerprints'), ('byok_app', 'reserve_seals'), ('byok_app', 'best_key'),
    ('byok_app', 'report_refusal'), ('byok_app', 'tell_key_holder'), ('byok_app', 'tell_held_keys'),
    ('byok_app', 'record_audit'),

    ('byok_operator', 'add_key'), ('byok_operator', 'add_keys'), ('byok_operator', 'replace_key'),
    ('byok_operator', 'delete_key'), ('byok_operator', 'put_fingerprints'), ('byok_operator', 'reserve_seals'),
    ('byok_operator', 'best_key'), ('byok_operator', 'tell_key_holder'),
    ('byok_operator', 'register_master_key'), ('byok_operator', 'set_current_master_key'),
    ('byok_operator', 'retire_master_key'), ('byok_operator', 'pause'), ('byok_operator', 'resume'),
    ('byok_operator', 'approve_guard'), ('byok_operator', 'undo_run'), ('byok_operator', 'provider_guard_state'),
    ('byok_operator', 'release_quarantine'), ('byok_operator', 'tell_held_keys'), ('byok_operator', 'readers_without'),
    ('byok_operator', 'replicas'), ('byok_operator', 'horizon_holders'),
    ('byok_operator', 'retirement_obstacles'), ('byok_operator', 'keys_by_version'),

    ('byok_revalidate', 'settle_checks'), ('byok_revalidate', 'quarantine_key'),
    ('byok_revalidate', 'put_fingerprints'), ('byok_revalidate', 'tell_key_holder'),
    ('byok_revalidate', 'tell_held_keys'), ('byok_revalidate', 'provider_guard_state'),
    ('byok_revalidate', 'return_unanswered'), ('byok_revalidate', 'locked_keys'),

    ('byok_rotate', 'reserve_seals'),
    ('byok_rotate', 'readers_without'), ('byok_rotate', 'replicas'), ('byok_rotate', 'horizon_holders'),
    ('byok_rotate', 'retirement_obstacles'),
    ('byok_rotate', 'keys_by_version'), ('byok_rotate', 'begin_rotation'), ('byok_rotate', 'note_rotation'),
    ('byok_rotate', 'rewrap_keys'), ('byok_rotate', 'quarantine_row'), ('byok_rotate', 'fence_rotation'),
    ('byok_rotate', 'state_rotation_end'), ('byok_rotate', 'prove_rotation_end'),
    ('byok_rotate', 'record_verification'),

    ('byok_savings', 'analysis_shape'), ('byok_savings', 'booking_print'), ('byok_savings', 'id_buckets'),
    ('byok_savings', 'key_spells'), ('byok_savings', 'key_stretches'),
    ('byok_savings', 'period_parts'), ('byok_savings', 'price_periods'), ('byok_savings', 'token_price_periods'),

    ('byok_scan', 'disable_key');

insert into calls
select role, function
from limits, unnest(array['acquire_lease', 'renew_lease', 'release_lease', 'start_run', 'finish_run',
    'run_books', 'record_audit', 'count_keys']) function
where role <> 'byok_app';

insert into calls
select role, function
from unnest(array['byok_operator', 'byok_revalidate', 'byok_rotate']) role,
    unnest(array['update_spoilers', 'guard_faults']) function;

insert into calls
select rolname, function
from pg_roles, unnest(array['current_user_id', 'best_key']) function
where rolname = 'authenticated';

-- Policies and views call this with the rights of whoever looks.
insert into calls select role, 'current_user_id' from limits;

do $$
declare
    g record;
begin
    for g in select distinct role from grants loop
        execute format('grant usage on schema byok to %I', g.role);
    end loop;
    for g in select * from grants loop
        execute format(
            'grant %s %s on byok.%I to %I', g.privilege, coalesce('(' || g.columns || ')', ''), g.relation, g.role);
    end loop;
    for g in
        select c.role, p.oid::regprocedure as signature
        from calls c join pg_proc p on p.proname = c.function and p.pronamespace = 'byok'::regnamespace
    loop
        execute format('grant execute on function %s to %I', g.signature, g.role);
    end loop;
    for g in
        select distinct function from calls
        where not exists (
            select from pg_proc where proname = function and pronamespace = 'byok'::regnamespace)
    loop
        raise warning 'byok.% is not there: run byok migrate', g.function;
    end loop;
end
$$;

commit;
