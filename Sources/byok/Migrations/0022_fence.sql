-- The fence: under which master keys something may be sealed, whoever writes.
--
-- Always: under the current one and under those that were it before. From the end of a sweep until another key is made
-- current: under the target alone. Each time only writes of `sealed` and its version are looked at; a key that is still
-- under an older version goes on being checked, suspected and disabled.
--
-- The trigger's condition lists versions that are known to be good, because a function call a row would cost more
-- than the write. A version that is not listed is looked up, so that a list that is behind is slow and never wrong; only a
-- version that must not be used any more has to leave the list at once.

create function byok.fenced_to() returns integer
language sql stable security definer set search_path = ''
begin atomic
    select r.target from byok.rotations r where r.fenced_at is not null and r.fence_lowered_at is null;
end;

create function byok.sealed_outside_fence() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    target integer := byok.fenced_to();
begin
    if new.master_key_version = coalesce(target, new.master_key_version) and exists (
        select from byok.master_keys m
        where m.version = new.master_key_version and m.state in ('current', 'previous')
    ) then
        return new;
    end if;
    raise exception 'master key % must not seal now: seal under the current one', new.master_key_version
        using errcode = 'BK007';
end
$$;

-- Brings the trigger's list up to date. Takes a lock that waits for every open writer: what they wrote is seen after it.
create function byok.rebuild_fence() returns void
language plpgsql set search_path = '' as $$
declare
    versions integer[] := array[byok.fenced_to()];
begin
    if versions[1] is null then
        select coalesce(pg_catalog.array_agg(m.version order by m.version), '{}') into versions
        from byok.master_keys m where m.state in ('current', 'previous');
    end if;
    if exists (
        select from pg_catalog.pg_trigger t
        where t.tgrelid = 'byok.api_keys'::pg_catalog.regclass and t.tgname = 'key_fence' and t.tgenabled = 'O'
            and pg_catalog.strpos(pg_catalog.pg_get_triggerdef(t.oid), pg_catalog.quote_literal(versions)) > 0
    ) then
        return;
    end if;
    -- BEFORE: its error, which tells what to do, comes ahead of the constraint's.
    execute pg_catalog.format(
        'create or replace trigger key_fence before insert or update of sealed, master_key_version on byok.api_keys
        for each row when (new.master_key_version <> all (%L::pg_catalog.int4[]))
        execute function byok.sealed_outside_fence()', versions);
end
$$;

do $$ begin perform byok.rebuild_fence(); end $$;

-- What proves the end of a rotation, where the trigger only works towards it.
create function byok.drop_proof() returns void
language plpgsql set search_path = '' as $$
begin
    if exists (
        select from pg_catalog.pg_constraint c
        where c.conrelid = 'byok.api_keys'::pg_catalog.regclass and c.conname = 'api_keys_under_target'
    ) then
        alter table byok.api_keys drop constraint api_keys_under_target;
    end if;
end
$$;

-- As before, and the fence knows the first key at once.
create or replace function byok.register_master_key(version integer, check_value bytea) returns text
language plpgsql security definer set search_path = ''
as $$
declare
    known byok.master_keys;
    first boolean;
begin
    lock table byok.master_keys in share row exclusive mode;
    select * into known from byok.master_keys m where m.version = register_master_key.version;
    if found then
        if known.check_value <> register_master_key.check_value then
            raise exception 'master key % is registered with another check value', version using errcode = 'BK005';
        end if;
        return known.state;
    end if;
    first := not exists (select from byok.master_keys);
    insert into byok.master_keys (version, check_value, state, activated_at)
    values (
        register_master_key.version, register_master_key.check_value,
        case when first then 'current' else 'next' end, case when first then pg_catalog.now() end
    )
    returning * into known;
    if first then
        perform byok.rebuild_fence();
    end if;
    perform byok.audit(
        'master_key.registered', pg_catalog.jsonb_build_object('version', version, 'state', known.state));
    return known.state;
end
$$;

-- Makes a registered key the one that new rows are sealed under; the one before becomes previous. A rotation to another
-- key ends with it, and its fence and its proof fall, or nothing could be sealed: that needs the table for a moment, and
-- rather fails (55P03: call it again) than let everybody queue behind a long transaction.
create or replace function byok.set_current_master_key(version integer, reason text) returns void
language plpgsql security definer set search_path = '' set lock_timeout = '100ms'
as $$
declare
    target byok.master_keys;
    before integer;
    ended boolean;
    lowered boolean;
begin
    perform byok.require_operator();
    perform byok.require_reason(reason);
    -- Ahead of every look: no rotation begins, raises its fence or proves its end meanwhile (byok.hold_rotation).
    lock table byok.master_keys in share row exclusive mode;
    select * into target from byok.master_keys m where m.version = set_current_master_key.version;
    if not found or target.state = 'retired' then
        raise exception 'master key % is not registered, or retired', version using errcode = 'BK005';
    end if;
    update byok.rotations r set finished_at = pg_catalog.now(), ended_as = 'superseded'
    where r.finished_at is null and r.target <> set_current_master_key.version;
    ended := found;
    update byok.rotations r set fence_lowered_at = pg_catalog.now()
    where r.fenced_at is not null and r.fence_lowered_at is null and r.target <> set_current_master_key.version;
    lowered := found;
    if target.state = 'current' and not ended and not lowered then
        return;
    end if;
    update byok.master_keys m set state = 'previous'
    where m.state = 'current' and m.version <> set_current_master_key.version returning m.version into before;
    update byok.master_keys m set state = 'current', activated_at = pg_catalog.now()
    where m.version = set_current_master_key.version and m.state <> 'current';
    -- Whether or not a fence fell: it may have gone before, and no seal under this key would pass.
    perform byok.drop_proof();
    if lowered then
        perform byok.rebuild_fence();
    end if;
    perform byok.audit(
        'master_key.set_current', pg_catalog.jsonb_build_object('from', before, 'to', version, 'reason', reason));
end
$$;

-- What still stands against retiring a previous key, in plain codes; empty when nothing does. A replica whose position
-- nobody knows is not past it.
create function byok.retirement_obstacles(
    version integer, accept_quarantined bigint, grace interval, holders_confirmed text, replicas_confirmed text
) returns text[]
language plpgsql stable security definer set search_path = '' as $$
declare
    rotation byok.rotations;
    readable bigint;
    quarantined bigint;
begin
    select r.* into rotation from byok.rotations r
    join byok.master_keys m on m.version = r.target and m.state = 'current'
    where r.finished_at is null;
    select pg_catalog.count(*) filter (where k.quarantined_at is null),
        pg_catalog.count(*) filter (where k.quarantined_at is not null)
    into readable, quarantined
    from byok.api_keys k where k.master_key_version = $1;
    return array(
        select o.code
        from (values
            (1, 'not_previous', not exists (
                select from byok.master_keys m where m.version = $1 and m.state = 'previous')),
            (2, 'not_swept', readable > 0),
            (3, 'not_proved', rotation.validated_at is null or byok.fenced_to() is distinct from rotation.target or not exists (
                select from pg_catalog.pg_constraint c
                where c.conrelid = 'byok.api_keys'::pg_catalog.regclass and c.conname = 'api_keys_under_target'
                    and c.convalidated)),
            (4, 'not_verified', rotation.verified_at is null),
            (5, 'grace', rotation.validated_at + coalesce($3, '0') > now()),
            (6, 'quarantined', quarantined <> coalesce($2, 0)),
            (7, 'readers', $4 is null and exists (select from byok.readers_without(rotation.target))),
            (8, 'replicas', $5 is null and exists (
                select from byok.replicas() c where coalesce(c.at_lsn < rotation.last_lsn, true)))
        ) as o (rank, code, stands)
        where o.stands
        order by o.rank
    );
end
$$;

-- Ends the life of a previous key once nothing stands against it, or of one that never was current. The proof and the
-- fence keep what was counted true, so no writer has to wait for the count; the lock keeps the fence from falling meanwhile.
drop function byok.retire_master_key(integer, text, bigint);
create function byok.retire_master_key(
    version integer, reason text, accept_quarantined bigint default 0, grace interval default '24 hours',
    holders_confirmed text default null, replicas_confirmed text default null
) returns void
language plpgsql security definer set search_path = '' as $$
declare
    obstacles pg_catalog.text[] := byok.retirement_obstacles($1, $3, $4, $5, $6);
    was pg_catalog.text;
begin
    perform byok.require_operator();
    perform byok.require_reason(reason);
    perform byok.require_reason(w) from pg_catalog.unnest(array[$5, $6]) w where w is not null;
    lock table byok.master_keys in share row exclusive mode;
    select m.state into was from byok.master_keys m where m.version = $1;
    if was = 'next' then
        obstacles := array(select o from pg_catalog.unnest(obstacles) o where o in ('not_swept', 'quarantined'));
    elsif was <> 'previous' or was is null then
        obstacles := '{not_previous}';
    elsif byok.fenced_to() is distinct from (select m.version from byok.master_keys m where m.state = 'current') then
        obstacles := obstacles || '{not_proved}';
    end if;
    if obstacles <> '{}' then
        raise exception 'master key % may not be retired: %', $1, obstacles using errcode = 'BK005';
    end if;
    update byok.master_keys m set state = 'retired', retired_at = pg_catalog.now() where m.version = $1;
    update byok.rotations r set finished_at = pg_catalog.now(), ended_as = 'retired'
    where r.finished_at is null and was = 'previous'
        and not exists (select from byok.master_keys m where m.state = 'previous');
    perform byok.audit(
        'master_key.retired',
        pg_catalog.jsonb_build_object(
            'version', $1, 'reason', $2, 'quarantined', $3, 'grace', $4, 'holders_confirmed', $5,
            'replicas_confirmed', $6));
end
$$;

-- As before; and a row that nothing can open stays quarantined, and one that the fence has left behind: released it would
-- break the proof that nothing is left under an older key, and could not even be checked.
create or replace function byok.release_quarantine(key_ids uuid[], reason text) returns bigint
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
    if exists (
        select from byok.api_keys k
        where k.id = any ($1) and k.quarantined_at is not null and (
            k.master_key_version <> byok.fenced_to() or not exists (
                select from byok.master_keys m
                where m.version = k.master_key_version and m.state in ('current', 'previous')))
    ) then
        raise exception 'a key under a retired master key, or an older one behind the fence, stays quarantined'
            using errcode = 'BK007';
    end if;
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
    byok.fenced_to, byok.sealed_outside_fence, byok.rebuild_fence, byok.drop_proof, byok.register_master_key,
    byok.set_current_master_key, byok.retirement_obstacles, byok.retire_master_key, byok.release_quarantine
from public;
