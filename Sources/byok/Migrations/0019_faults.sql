-- What runs make of faults that are not a key's: a provider that refuses everybody or answers nobody, rows that
-- somebody holds locked, a master key that opens nothing.

-- A provider that refuses everybody ------------------------------------------------------------------

-- When a key of this provider last settled as working. On the row that every settling transaction locks anyway.
alter table byok.guard_locks add column worked_at timestamptz;

-- As in 0015, and new: where a provider has three keys or more in use, a second strike needs a witness, another of them
-- that worked an hour after the first strike or later (the key's own good answer would have cleared it). Up to five refused keys a day
-- never trip the guard, and a small provider has no more: there an outage looks like a few dead keys. Without a witness
-- the strike is held and the key asked again daily. After a week it counts all the same: hardly an outage lasts as
-- long, and by then the provider's other keys were asked too. One or two keys have nobody to witness for them, and
-- what an operator vouched for needs none.
create or replace function byok.settle_checks(
    job text, shard text, token uuid, run_id uuid,
    confirm_after interval, confirm_after_slow interval, recheck_after interval,
    key_ids uuid[], key_revisions bigint[], verdicts text[], slow boolean[],
    http_statuses integer[], codes text[], request_ids text[], latencies_ms integer[]
) returns table (key_id uuid, outcome text)
-- A plan made while the tables were small would read all of them for every later batch.
language plpgsql security definer set search_path = '' set timezone = 'UTC' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    batch constant integer := cardinality(key_ids);
    providers pg_catalog.text[];
    held_providers pg_catalog.text[] := '{}';
    trusted_providers pg_catalog.text[];
    seen pg_catalog.record;
begin
    perform byok.hold_lease($1, $2, $3);
    if batch is distinct from cardinality(key_revisions) or batch is distinct from cardinality(verdicts)
        or batch is distinct from cardinality(slow) or batch is distinct from cardinality(http_statuses)
        or batch is distinct from cardinality(codes) or batch is distinct from cardinality(request_ids)
        or batch is distinct from cardinality(latencies_ms)
        or batch <> (select count(distinct i.id) from unnest(key_ids) as i (id))
        or exists (
            select from unnest(key_revisions, verdicts) as v (revision, verdict)
            where v.revision is null or v.verdict is null
                or v.verdict not in ('valid', 'refused', 'restricted', 'exhausted', 'transient', 'unknown'))
        or $4 is null or coalesce(confirm_after < interval '0', true)
        or coalesce(confirm_after_slow < interval '0', true) or coalesce(recheck_after <= interval '0', true)
    then
        raise exception 'a malformed batch of verdicts' using errcode = '22023';
    end if;
    -- What follows reads again after it waited for locks: an older snapshot would miss a replacement.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'verdicts settle in a READ COMMITTED transaction' using errcode = 'BK005';
    end if;

    -- Locks in one order for everybody: lease, providers by name, keys by id.
    providers := array(select distinct k.provider from byok.api_keys k where k.id = any (key_ids));
    perform from byok.guard_locks l where l.provider = any (providers) order by l.provider for update;
    perform from byok.api_keys k where k.id = any (key_ids) order by k.id for no key update;

    for seen in
        select k.provider,
            count(*) filter (
                where v.verdict not in ('transient', 'unknown') and k.last_verdict is distinct from 'refused'
            ) as looked,
            count(*) filter (where v.verdict = 'refused' and k.last_verdict is distinct from 'refused') as refused,
            bool_or(v.verdict = 'refused') as strikes,
            bool_or(v.verdict in ('valid', 'restricted', 'exhausted')) as works
        from unnest(key_ids, key_revisions, verdicts) as v (id, revision, verdict)
        join byok.api_keys k on k.id = v.id and k.key_revision = v.revision
        where k.status <> 'disabled' and k.quarantined_at is null
            and (select c.outcome from byok.key_checks c where c.run_id = $4 and c.key_id = v.id) is null
        group by k.provider order by k.provider
    loop
        if byok.guard_looks(seen.provider, $4, seen.looked, seen.refused, seen.strikes) then
            held_providers := held_providers || seen.provider;
        end if;
        if seen.works then
            update byok.guard_locks l set worked_at = greatest(l.worked_at, now()) where l.provider = seen.provider;
        end if;
    end loop;
    trusted_providers := array(
        select l.provider from byok.guard_locks l
        where l.provider = any (providers) and (
            exists (select from byok.guards g where g.provider = l.provider and g.approved_until > now())
            or (select count(*) from (
                select from byok.api_keys k
                where k.provider = l.provider and k.status <> 'disabled' and k.quarantined_at is null
                limit 3) in_use) < 3));

    return query
    with looks as (
        -- byok.plain_code, in line: called for every row it costs more than the rest of the statement.
        select v.*, case when v.raw_code ~ '^[A-Za-z0-9_.:-]{1,64}$' then v.raw_code end as code, k.user_id, k.provider, k.status, k.key_revision, k.quarantined_at, k.first_refused_at,
            -- A subselect, not a join: a join's plan may read the whole run again for every batch.
            (select c.outcome from byok.key_checks c where c.run_id = $4 and c.key_id = v.id) as recorded,
            -- One slow look of the two is enough for the longer gap.
            k.first_refused_at
                + case when v.slow or k.first_refused_slow then confirm_after_slow else confirm_after end
                as confirmed_from,
            case
                -- An hour after: a look is asked before it settles, where its row was locked as long as the run went on.
                when l.worked_at >= k.first_refused_at + least(confirm_after, interval '1 hour')
                    or k.provider = any (trusted_providers) then k.first_refused_at
                else k.first_refused_at + interval '7 days'
            end as witnessed_from
        from unnest(key_ids, key_revisions, verdicts, slow, http_statuses, codes, request_ids, latencies_ms)
            as v (id, revision, verdict, slow, http_status, raw_code, request_id, latency_ms)
        left join byok.api_keys k on k.id = v.id
        left join byok.guard_locks l on l.provider = k.provider
    ), judged as materialized (
        select l.*, coalesce(l.recorded, case
            when l.status is null then 'deleted'
            when l.key_revision <> l.revision or l.status = 'disabled' or l.quarantined_at is not null
                then 'changed'
            when l.verdict <> 'refused' then l.verdict
            when l.provider = any (held_providers) then 'held'
            when l.confirmed_from <= now() and l.witnessed_from <= now() then 'disabled'
            when l.confirmed_from <= now() then 'held'
            else 'suspected'
        end) as outcome
        from looks l
    ), fresh as materialized (
        select j.*, j.outcome in ('valid', 'restricted', 'exhausted') as works,
            coalesce(j.code, 'refused') as reason
        from judged j where j.recorded is null
    ), keys as (
        update byok.api_keys k set
            status = case
                when f.works then 'active'
                when f.outcome = 'disabled' then 'disabled'
                when f.outcome = 'suspected' and k.status = 'active' then 'suspected'
                else k.status
            end,
            disabled_reason = case when f.outcome = 'disabled' then f.reason end,
            disabled_at = case when f.outcome = 'disabled' then now() end,
            disabled_by_run = case when f.outcome = 'disabled' then $4 end,
            last_verdict = case
                when f.works or f.outcome in ('suspected', 'disabled') then f.verdict else k.last_verdict
            end,
            last_checked_at = case
                when f.works or f.outcome in ('suspected', 'disabled') then now() else k.last_checked_at
            end,
            first_refused_at = case
                when f.works then null
                when f.outcome in ('suspected', 'disabled') then coalesce(k.first_refused_at, now())
                else k.first_refused_at
            end,
            first_refused_slow = case
                when f.works then false
                when f.outcome = 'suspected' and k.first_refused_at is null then coalesce(f.slow, false)
                else k.first_refused_slow
            end,
            held_since = case
                when f.outcome = 'held' then coalesce(k.held_since, now())
                when f.outcome in ('transient', 'unknown') then k.held_since
            end,
            next_check_at = case f.outcome
                when 'disabled' then null
                when 'suspected' then coalesce(
                    f.confirmed_from, now() + case when f.slow then confirm_after_slow else confirm_after end)
                when 'transient' then now() + interval '1 hour' * (0.75 + random() * 0.5)
                when 'unknown' then now() + interval '1 day' * (1 - random() / 12)
                when 'held' then least(
                    now() + interval '1 day' * (1 + random() / 12),
                    case when f.witnessed_from > now() then f.witnessed_from end)
                -- 6.5 to 7 days at the usual 7: the jitter spreads keys that were enrolled together.
                else now() + recheck_after * (1 - random() / 14)
            end,
            updated_at = now()
        from fresh f
        where k.id = f.id and f.outcome not in ('changed', 'deleted')
    ), checks as (
        insert into byok.key_checks (
            run_id, key_id, key_revision, provider, verdict, outcome, http_status, code, request_id, latency_ms,
            status_before)
        select $4, f.id, f.revision,
            coalesce(f.provider, (
                select e.provider from byok.key_events e where e.key_id = f.id order by e.id desc limit 1)),
            f.verdict, f.outcome, case when f.http_status between 100 and 599 then f.http_status end,
            f.code, case when f.request_id ~ '^[A-Za-z0-9_.:/+=-]{1,200}$' then f.request_id end, greatest(f.latency_ms, 0), f.status
        from fresh f
    ), events as (
        insert into byok.key_events (key_id, user_id, provider, event, run_id, reason)
        select f.id, f.user_id, f.provider,
            case when f.works then 'enabled' else f.outcome end, $4,
            case when not f.works then f.reason end
        from fresh f
        where f.outcome = 'disabled'
            or f.outcome = 'suspected' and f.first_refused_at is null
            or f.works and f.status <> 'active'
    ), mails as (
        insert into byok.email_outbox (user_id, key_id, kind, payload, idempotency_key, not_before, run_id)
        select f.user_id, f.id, 'key_disabled', byok.disabled_event($1, f.id, now(), f.reason),
            -- The hold is the operator's time to see and undo before anybody is told.
            byok.disabled_event_id(f.id, now()), now() + interval '30 minutes', $4
        from fresh f where f.outcome = 'disabled'
    )
    select j.id, j.outcome from judged j;
end
$$;

-- A provider that answers nobody ---------------------------------------------------------------------

-- For a run that no provider answered: what it looked at in vain is due at once, or the next run would find nothing
-- due and look like success. Only keys that nobody touched since: settling sets both times to its own now(). What
-- somebody holds locked is left as it is. The looks stay in the books. Gives how many; twice is harmless.
create function byok.return_unanswered(job text, shard text, token uuid, run_id uuid) returns bigint
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
    returned bigint;
begin
    perform byok.hold_lease($1, $2, $3);
    with unanswered as (
        select k.id
        from byok.key_checks c
        join byok.api_keys k on k.id = c.key_id and k.key_revision = c.key_revision and k.updated_at = c.at
        where c.run_id = $4 and c.outcome = 'transient' and k.status <> 'disabled' and k.quarantined_at is null
        order by k.id for no key update of k skip locked
    )
    update byok.api_keys k set next_check_at = now() from unanswered u where k.id = u.id;
    get diagnostics returned = row_count;
    return returned;
end
$$;

-- Rows that somebody holds locked --------------------------------------------------------------------

-- Which of these keys cannot be settled now. After a lock time-out: the others need not wait for them.
create function byok.locked_keys(key_ids uuid[]) returns setof uuid
language sql volatile security definer set search_path = '' as $$
    with free as materialized (
        select k.id from byok.api_keys k where k.id = any ($1) order by k.id for no key update skip locked
    )
    select k.id from byok.api_keys k where k.id = any ($1) and not exists (select from free f where f.id = k.id);
$$;

-- A master key that opens nothing --------------------------------------------------------------------

-- What quarantine_key asks before it sets one more row aside: BK006 where 20 rows and 5 % of the looks were set
-- aside within 24 hours, by whatever run, and lie there still. Released, replaced and deleted keys count no more.
-- Looks are those that the guard counts: a day of more than 400 settled keys allows more than 20 rows.
create or replace function byok.require_few_unreadable(run_id uuid) returns void
language plpgsql stable set search_path = '' as $$
declare
    unreadable constant bigint := (
        select count(*) from byok.api_keys k where k.quarantined_at > now() - interval '24 hours');
begin
    if unreadable >= 20 and unreadable >= (
        select (unreadable + coalesce(sum(c.looked), 0)::bigint) / 20
        from byok.guard_counts c where c.hour > now() - interval '24 hours')
    then
        raise exception 'too many unreadable rows' using errcode = 'BK006';
    end if;
end
$$;

create index api_keys_quarantined on byok.api_keys (quarantined_at) where quarantined_at is not null;
drop index byok.key_checks_quarantined;

revoke all on function byok.return_unanswered, byok.locked_keys from public;
