-- Retiring a key: replicas that are gone for good are named one by one, so that giving up one of them gives up no other,
-- and a key that never was current waits for no rotation.

drop function byok.retirement_obstacles(integer, bigint, interval, text, text);
drop function byok.retire_master_key(integer, text, bigint, interval, text, text);

-- What still stands against retiring a key, in plain codes; empty when nothing does. A replica whose position nobody
-- knows is not past the end of the sweep.
create function byok.retirement_obstacles(
    version integer, accept_quarantined bigint, grace interval, holders_confirmed text, ignored_replicas text[]
) returns text[]
language plpgsql stable security definer set search_path = '' as $$
declare
    rotation byok.rotations;
    state constant pg_catalog.text := (select m.state from byok.master_keys m where m.version = $1);
    was_used constant boolean := state is distinct from 'next';
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
    -- The rest says nothing about a key that cannot be retired at all.
    if state is null or state in ('current', 'retired') then
        return '{not_previous}';
    end if;
    return array(
        select o.code
        from (values
            (2, 'not_swept', readable > 0),
            (3, 'not_proved', was_used and (
                rotation.validated_at is null or byok.fenced_to() is distinct from rotation.target or not exists (
                    select from pg_catalog.pg_constraint c
                    where c.conrelid = 'byok.api_keys'::pg_catalog.regclass and c.conname = 'api_keys_under_target'
                        and c.convalidated))),
            (4, 'not_verified', was_used and rotation.verified_at is null),
            (5, 'grace', was_used and rotation.validated_at + coalesce($3, '0') > now()),
            (6, 'quarantined', quarantined <> coalesce($2, 0)),
            (7, 'readers', was_used and $4 is null and exists (
                select from byok.readers_without((select m.version from byok.master_keys m where m.state = 'current')))),
            (8, 'replicas', was_used and rotation.last_lsn is not null and exists (
                select from byok.replicas() c
                where c.name <> all (coalesce($5, '{}')) and coalesce(c.at_lsn < rotation.last_lsn, true)))
        ) as o (rank, code, stands)
        where o.stands
        order by o.rank
    );
end
$$;

-- Ends the life of a previous key once nothing stands against it, or of one that never was current. The proof and the
-- fence keep what was counted true, so no writer has to wait for the count; the lock keeps the fence from falling meanwhile.
create function byok.retire_master_key(
    version integer, reason text, accept_quarantined bigint default 0, grace interval default '24 hours',
    holders_confirmed text default null, ignored_replicas text[] default '{}'
) returns void
language plpgsql security definer set search_path = '' as $$
declare
    was constant pg_catalog.text := (select m.state from byok.master_keys m where m.version = $1);
    obstacles pg_catalog.text[] := byok.retirement_obstacles($1, $3, $4, $5, $6);
begin
    perform byok.require_operator();
    perform byok.require_reason(reason);
    perform byok.require_reason(w) from pg_catalog.unnest(array[$5] || $6) w where w is not null;
    lock table byok.master_keys in share row exclusive mode;
    if was is distinct from (select m.state from byok.master_keys m where m.version = $1) then
        obstacles := '{not_previous}';
    elsif was = 'previous' and byok.fenced_to() is distinct from (
        select m.version from byok.master_keys m where m.state = 'current') then
        obstacles := obstacles || '{not_proved}';
    end if;
    if obstacles <> '{}' then
        raise exception 'master key % may not be retired: %', $1, obstacles using errcode = 'BK005';
    end if;
    update byok.rotations r set finished_at = pg_catalog.now(), ended_as = 'retired'
    where r.finished_at is null and was = 'previous'
        and not exists (select from byok.master_keys m where m.version <> $1 and m.state = 'previous');
    update byok.master_keys m set state = 'retired', retired_at = pg_catalog.now() where m.version = $1;
    perform byok.audit(
        'master_key.retired',
        pg_catalog.jsonb_build_object(
            'version', $1, 'reason', $2, 'quarantined', $3, 'grace', $4, 'holders_confirmed', $5,
            'ignored_replicas', pg_catalog.to_jsonb($6)));
end
$$;

revoke all on function byok.retirement_obstacles, byok.retire_master_key from public;
