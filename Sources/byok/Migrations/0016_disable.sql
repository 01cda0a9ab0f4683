-- One key at a time: taken out of use by a finding other than a refusal, or set aside as unreadable.

-- Takes a key out of use because it leaked, say: same guard, history, mail and undo as a second refusal.
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
        when exists (
            select from byok.guards g where g.provider = found_key.provider and g.approved_at is null) then 'held'
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

revoke all on function byok.disable_key, byok.quarantine_key from public;
