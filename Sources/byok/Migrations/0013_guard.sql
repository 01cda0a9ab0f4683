-- The guard against mass refusals: a provider's outage looks like many dead keys at once.
--
-- Fresh is a key whose last settled verdict was not a refusal, or that has none. Fresh keys looked at and
-- fresh keys refused are counted by provider and hour. More than max(5, 5 %) of a day's fresh looks
-- refused trips the guard: no strike of that provider counts, and no mail about one leaves, until a person
-- approves.

-- The caller holds the provider's row in guard_locks. Answers whether strikes are held back.
create function byok.guard_looks(provider text, run_id uuid, looked bigint, refused bigint, strikes boolean)
returns boolean
language plpgsql set search_path = '' set timezone = 'UTC' as $$
declare
    day pg_catalog.record;
begin
    -- What an operator has vouched for neither trips the guard now nor fills its counters for later.
    if exists (select from byok.guards g where g.provider = $1 and g.approved_until > now())
        and not exists (select from byok.guards g where g.provider = $1 and g.approved_at is null)
    then
        return false;
    end if;

    if $3 > 0 then
        insert into byok.guard_counts as c (provider, hour, looked, refused)
        values ($1, date_trunc('hour', now()), $3, $4)
        on conflict on constraint guard_counts_pkey do update
            set looked = c.looked + excluded.looked, refused = c.refused + excluded.refused;
        delete from byok.guard_counts c where c.provider = $1 and c.hour < now() - interval '7 days';
    end if;

    if exists (select from byok.guards g where g.provider = $1 and g.approved_at is null) then
        return true;
    end if;
    if not $5 then
        return false;
    end if;

    -- Every hour that reaches into the last 24.
    select coalesce(sum(c.looked), 0) as looked, coalesce(sum(c.refused), 0) as refused into day
    from byok.guard_counts c where c.provider = $1 and c.hour > now() - interval '25 hours';
    if day.refused <= 5 or day.refused * 20 <= day.looked then
        return false;
    end if;

    -- The same long run may trip again after an approval; audit_log keeps the approval that this overwrites.
    insert into byok.guards as g (provider, run_id, looked, refused)
    values ($1, $2, day.looked, day.refused)
    on conflict on constraint guards_pkey do update
        set tripped_at = now(), looked = excluded.looked, refused = excluded.refused,
            approved_at = null, approved_by = null, approved_until = null, approve_reason = null;
    -- The strikes before the one that tripped are as doubtful. By id, as in undo_run: no deadlock.
    with waiting as (
        select m.id from byok.email_outbox m join byok.api_keys k on k.id = m.key_id
        where k.provider = $1 and m.kind = 'key_disabled' and m.state = 'queued'
        order by m.id for update of m
    )
    update byok.email_outbox m set state = 'held' from waiting w where m.id = w.id;
    return true;
end
$$;

-- The operator vouches for a provider's refusals: held keys are due at once, held mails wait their 30 minutes
-- anew, what was counted before no longer counts, and for `valid_for` the guard does not trip again. Gives
-- the number of keys made due.
create function byok.approve_guard(
    provider text, run_id uuid, reason text, valid_for interval default interval '24 hours'
) returns bigint
language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
    guard pg_catalog.record;
    due bigint;
    mails bigint;
begin
    perform byok.require_operator();
    perform byok.require_reason($3);
    if $4 is null or $4 < interval '0' or $4 > interval '7 days' then
        raise exception 'an approval lasts up to 7 days' using errcode = '22023';
    end if;
    perform from byok.guard_locks l where l.provider = $1 for update;

    update byok.guards g
    set approved_at = now(), approved_by = session_user, approved_until = now() + $4, approve_reason = btrim($3)
    where g.provider = $1 and g.run_id = $2 and g.approved_at is null
    returning g.looked, g.refused, g.tripped_at into guard;
    if not found then
        raise exception 'no guard of this provider and run waits for approval' using errcode = 'BK002';
    end if;
    delete from byok.guard_counts c where c.provider = $1;

    with held as (
        select k.id from byok.api_keys k
        where k.provider = $1 and k.held_since is not null
        order by k.id for no key update
    )
    update byok.api_keys k
    set held_since = null, next_check_at = case when k.status <> 'disabled' then now() end
    from held where k.id = held.id;
    get diagnostics due = row_count;

    with held as (
        select m.id from byok.email_outbox m join byok.api_keys k on k.id = m.key_id
        where k.provider = $1 and m.kind = 'key_disabled' and m.state = 'held'
        order by m.id for update of m
    )
    update byok.email_outbox m
    set state = 'queued', not_before = greatest(m.not_before, now() + interval '30 minutes')
    from held h where m.id = h.id;
    get diagnostics mails = row_count;

    perform byok.audit('guard.approved', jsonb_build_object(
        'provider', $1, 'run_id', $2, 'reason', btrim($3), 'valid_for', $4, 'tripped_at', guard.tripped_at,
        'looked', guard.looked, 'refused', guard.refused, 'keys_due', due,
        'mails_queued', mails));
    return due;
end
$$;

-- How near each provider is to its guard, and whether it holds. `threshold` refusals are still let pass.
create function byok.provider_guard_state()
returns table (
    provider text, tripped boolean, run_id uuid, tripped_at timestamptz, approved_until timestamptz,
    looked bigint, refused bigint, threshold bigint, held bigint
)
language sql stable security definer set search_path = '' set timezone = 'UTC' as $$
    select l.provider, g.run_id is not null, g.run_id, g.tripped_at, a.approved_until,
        d.looked, d.refused, greatest(5, d.looked / 20), h.held
    from byok.guard_locks l
    left join byok.guards g on g.provider = l.provider and g.approved_at is null
    cross join lateral (
        select max(x.approved_until) as approved_until from byok.guards x
        where x.provider = l.provider and x.approved_until > now()
    ) a
    cross join lateral (
        select coalesce(sum(c.looked), 0)::bigint as looked, coalesce(sum(c.refused), 0)::bigint as refused
        from byok.guard_counts c where c.provider = l.provider and c.hour > now() - interval '25 hours'
    ) d
    cross join lateral (
        select count(*) as held from byok.api_keys k where k.provider = l.provider and k.held_since is not null
    ) h
    order by l.provider;
$$;

revoke all on function byok.guard_looks, byok.approve_guard, byok.provider_guard_state from public;
