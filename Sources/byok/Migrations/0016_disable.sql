-- One key at a time: taken out of use by a finding other than a refusal, or set aside as unreadable.

-- Takes a key out of use because it leaked, say: same guard, history, mail and undo as a second refusal. For
-- the guard it is one more fresh refusal, so that a wave of findings stops like a wave of refusals.
-- Gives disabled, held, changed or deleted; a repeat in the same run gives what was recorded.
create function byok.disable_key(
    job text, shard text, token uuid, run_id uuid, key_id uuid, key_revision bigint, reason text
) returns text
language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
#variable_conflict use_column
declare
    found_key pg_catalog.record;
    result pg_catalog.text;
begin
    perform byok.hold_lease($1, $2, $3);
    if byok.plain_code($7) is null then
        raise exception 'a reason is a plain code' using errcode = '22023';
    end if;
    perform from byok.guard_locks l
    where l.provider = (select k.provider from byok.api_keys k where k.id = $5) for update;
    select k.* into found_key from byok.api_keys k where k.id = $5 for no key update;

    select c.outcome into result from byok.key_checks c where c.run_id = $4 and c.key_id = $5;
    if found then
        return result;
    end if;
    result := case
        when found_key.id is null then 'deleted'
        when found_key.key_revision <> $6 or found_key.status = 'disabled' then 'changed'
        when byok.guard_looks(found_key.provider, $4, 1, 1, true) then 'held'
        else 'disabled'
    end;
    insert into byok.key_checks (run_id, key_id, key_revision, provider, outcome, code, status_before)
    values ($4, $5, $6, found_key.provider, result, $7, found_key.status);
    if result <> 'disabled' then
        return result;
    end if;

    insert into byok.email_outbox (user_id, key_id, kind, payload, idempotency_key, not_before, run_id)
    values (found_key.user_id, $5, 'key_disabled', byok.disabled_event($1, $5, now(), $7),
        byok.disabled_event_id($5, now()), now() + interval '30 minutes', $4);
    update byok.api_keys k
    set status = 'disabled', disabled_reason = $7, disabled_at = now(), disabled_by_run = $4,
        held_since = null, next_check_at = null, updated_at = now()
    where k.id = $5;
    insert into byok.key_events (key_id, user_id, provider, event, run_id, reason)
    values ($5, found_key.user_id, found_key.provider, 'disabled', $4, $7);
    return result;
end
$$;

-- Sets aside a row that cannot be opened; its sealed bytes stay for a person to look at. True when the
-- key now is quarantined, false when it was replaced or deleted meanwhile. Either way the books say so.
-- More than max(20, 5 % of the looks) of one run is BK006: one wrong master key makes every row unreadable,
-- and must not take every due key from its users.
create function byok.quarantine_key(
    job text, shard text, token uuid, run_id uuid, key_id uuid, key_revision bigint, reason text
) returns boolean
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
    found_key pg_catalog.record;
    result pg_catalog.text;
begin
    perform byok.hold_lease($1, $2, $3);
    if byok.plain_code($7) is null then
        raise exception 'a reason is a plain code' using errcode = '22023';
    end if;
    select k.* into found_key from byok.api_keys k where k.id = $5 for no key update;

    select c.outcome into result from byok.key_checks c where c.run_id = $4 and c.key_id = $5;
    if found then
        return result = 'quarantined';
    end if;
    result := case
        when found_key.id is null then 'deleted'
        when found_key.key_revision <> $6 then 'changed'
        else 'quarantined'
    end;
    if result = 'quarantined' and found_key.quarantined_at is null then
        perform byok.require_few_unreadable($4);
    end if;
    insert into byok.key_checks (run_id, key_id, key_revision, provider, outcome, code, status_before)
    values ($4, $5, $6, found_key.provider, result, $7, found_key.status);
    if result = 'quarantined' then
        -- The first finding stays: it tells since when.
        update byok.api_keys k
        set quarantined_at = coalesce(k.quarantined_at, now()),
            quarantine_reason = coalesce(k.quarantine_reason, $7)
        where k.id = $5;
    end if;
    return result = 'quarantined';
end
$$;

-- Counts all looks of the run only where the count of the quarantined alone does not settle it.
create function byok.require_few_unreadable(run_id uuid) returns void
language plpgsql stable set search_path = '' as $$
declare
    unreadable constant bigint := (
        select count(*) from byok.key_checks c where c.run_id = $1 and c.outcome = 'quarantined');
begin
    if unreadable >= 20
        and unreadable >= (select count(*) / 20 from byok.key_checks c where c.run_id = $1)
    then
        raise exception 'too many unreadable rows' using errcode = 'BK006';
    end if;
end
$$;

-- Gives quarantined keys another try, once the cause is mended: due at once, with the status they had. Gives
-- how many of them were quarantined.
create function byok.release_quarantine(key_ids uuid[], reason text) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    released pg_catalog.uuid[];
begin
    perform byok.require_operator();
    perform byok.require_reason($2);
    -- The audit trail names every one of them, and an entry has its bounds.
    if coalesce(cardinality($1), 0) not between 1 and 1000 then
        raise exception 'quarantine is lifted from 1 to 1000 keys at a time' using errcode = '22023';
    end if;
    perform from byok.api_keys k where k.id = any ($1) order by k.id for no key update;
    with keys as (
        update byok.api_keys k
        set quarantined_at = null, quarantine_reason = null, updated_at = now(),
            -- A disabled key is never due.
            next_check_at = case when k.status <> 'disabled' then now() end
        where k.id = any ($1) and k.quarantined_at is not null
        returning k.id
    )
    select coalesce(array_agg(k.id order by k.id), '{}') into released from keys k;
    perform byok.audit(
        'quarantine.released', jsonb_build_object('reason', btrim($2), 'key_ids', released));
    return cardinality(released);
end
$$;

revoke all on function
    byok.disable_key, byok.quarantine_key, byok.require_few_unreadable, byok.release_quarantine
from public;
