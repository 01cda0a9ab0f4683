-- The fence, the proof and the rows set aside, for what was found when they were tried hard.

-- Up around a target, the fence asks nobody. Looked up, the target of a rotation is what the writer's snapshot has, and
-- one older than the fence (REPEATABLE READ) would find none and let the write in; a trigger itself is of no snapshot.
create function byok.sealed_behind_fence() returns trigger
language plpgsql set search_path = '' as $$
begin
    raise exception 'master key % must not seal now: seal under the current one', new.master_key_version
        using errcode = 'BK007';
end
$$;

-- As before, and the trigger's function goes with its list.
create or replace function byok.rebuild_fence() returns void
language plpgsql set search_path = '' as $$
declare
    versions integer[] := array[byok.fenced_to()];
    refusal constant text :=
        case when versions[1] is null then 'byok.sealed_outside_fence()' else 'byok.sealed_behind_fence()' end;
begin
    if versions[1] is null then
        select coalesce(pg_catalog.array_agg(m.version order by m.version), '{}') into versions
        from byok.master_keys m where m.state in ('current', 'previous');
    end if;
    if exists (
        select from pg_catalog.pg_trigger t, pg_catalog.pg_get_triggerdef(t.oid) as d (text)
        where t.tgrelid = 'byok.api_keys'::pg_catalog.regclass and t.tgname = 'key_fence' and t.tgenabled in ('O', 'A')
            and pg_catalog.strpos(d.text, pg_catalog.quote_literal(versions)) > 0
            and pg_catalog.strpos(d.text, refusal) > 0
    ) then
        return;
    end if;
    -- BEFORE: its error, which tells what to do, comes ahead of the constraint's.
    execute pg_catalog.format(
        'create or replace trigger key_fence before insert or update of sealed, master_key_version on byok.api_keys
        for each row when (new.master_key_version <> all (%L::pg_catalog.int4[]))
        execute function %s', versions, refusal);
end
$$;

do $$ begin perform byok.rebuild_fence(); end $$;

-- How long a step that changes the table waits for it, in milliseconds. As long as it waits, everybody queues behind it.
-- But autovacuum, which a sweep itself calls in, gives way only to somebody who has waited for deadlock_timeout: where
-- it holds the table, one try in four waits a little longer than that. One against wraparound never gives way: hence not
-- every try. Whose session it is, everybody may see; what it does, not: nobody's is autovacuum's.
create function byok.step_patience() returns text
language sql volatile set search_path = ''
begin atomic
    select case
        when random() < 0.25 and exists (
            select from pg_locks l
            join pg_stat_activity a on a.pid = l.pid
            where l.relation = 'byok.api_keys'::regclass and l.granted and a.usesysid is null
                and l.database = (select d.oid from pg_database d where d.datname = current_database()))
        then (1000 * extract(epoch from current_setting('deadlock_timeout')::interval) + 500)::integer::text
        else '100'
    end;
end;

-- The constraint stands and holds. Somebody may have dropped it by hand since the proof.
create function byok.has_proof() returns boolean
language sql stable set search_path = ''
begin atomic
    select exists (
        select from pg_constraint c
        where c.conrelid = 'byok.api_keys'::regclass and c.conname = 'api_keys_under_target' and c.convalidated);
end;

-- As before, but for the time it waits.
create or replace function byok.fence_rotation(shard text, token uuid, rotation_id bigint) returns boolean
language plpgsql security definer set search_path = '' set lock_timeout = '100ms' as $$
declare
    rotation byok.rotations := byok.hold_rotation($1, $2, $3);
    shards constant pg_catalog.text := pg_catalog.split_part($1, '/', 2);
begin
    if rotation.fenced_at is not null then
        return true;
    end if;
    if (
        select pg_catalog.count(*) from byok.rotation_progress p
        where p.rotation_id = $3 and p.swept_at is not null and pg_catalog.split_part(p.shard, '/', 2) = shards
    ) < shards::pg_catalog.int4 then
        return false;
    end if;
    perform byok.require_holders(rotation.target, rotation.holders_confirmed);
    -- One around the same key, which a rotation that has ended left up, is taken over.
    update byok.rotations r set fence_lowered_at = now() where r.fenced_at is not null and r.fence_lowered_at is null;
    update byok.rotations r set fenced_at = now() where r.id = $3;
    perform pg_catalog.set_config('lock_timeout', byok.step_patience(), true);
    perform byok.rebuild_fence();
    perform byok.audit(
        'master_key.rotation_fenced', jsonb_build_object('rotation', $3, 'target', rotation.target));
    return true;
end
$$;

-- As before, but for the time it waits; and a constraint that is gone is stated again.
create or replace function byok.state_rotation_end(shard text, token uuid, rotation_id bigint) returns boolean
language plpgsql security definer set search_path = '' set lock_timeout = '100ms' as $$
declare
    rotation byok.rotations := byok.hold_rotation($1, $2, $3);
begin
    if rotation.fenced_at is null then
        raise exception 'the fence is not up yet' using errcode = 'BK005';
    end if;
    if exists (
        select from byok.api_keys k where k.master_key_version <> rotation.target and k.quarantined_at is null
    ) then
        return false;
    end if;
    if rotation.validated_at is null or not byok.has_proof() then
        perform pg_catalog.set_config('lock_timeout', byok.step_patience(), true);
        perform byok.drop_proof();
        execute pg_catalog.format(
            'alter table byok.api_keys add constraint api_keys_under_target
            check (master_key_version = %s or quarantined_at is not null) not valid', rotation.target);
    end if;
    return true;
end
$$;

-- As before; and what was verified before a proof fell is to be verified again. 23514: a row came in after the look and
-- before the constraint; sweep it and call both steps again.
create or replace function byok.prove_rotation_end(shard text, token uuid, rotation_id bigint) returns byok.rotations
language plpgsql security definer set search_path = '' set lock_timeout = '1s' as $$
declare
    rotation byok.rotations := byok.hold_rotation($1, $2, $3);
begin
    if rotation.validated_at is not null and byok.has_proof() then
        return rotation;
    end if;
    -- Writers go on beside this lock and beside whoever waits for it.
    perform pg_catalog.set_config('lock_timeout', '5s', true);
    alter table byok.api_keys validate constraint api_keys_under_target;
    update byok.rotations r
    set verified_at = null, verified_rows = null, verified_quarantined = null,
        validated_at = now(), last_lsn = pg_catalog.pg_current_wal_insert_lsn(), (validated_rows, validated_quarantined) = (
        select pg_catalog.count(*) filter (where k.master_key_version = r.target),
            pg_catalog.count(*) filter (where k.master_key_version <> r.target)
        from byok.api_keys k)
    where r.id = $3
    returning r.* into rotation;
    perform byok.audit('master_key.rotation_proved', jsonb_build_object(
        'rotation', $3, 'target', rotation.target, 'rows', rotation.validated_rows,
        'quarantined', rotation.validated_quarantined, 'lsn', rotation.last_lsn));
    return rotation;
end
$$;

-- As before, but only rows that lie set aside since the rotation began are weighed: those released, replaced or deleted
-- count no more, as in byok.require_few_unreadable.
create or replace function byok.quarantine_row(
    shard text, token uuid, rotation_id bigint, key_id uuid, version integer, sealed bytea, reason text, opened bigint
) returns text
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
    found_key pg_catalog.record;
    began pg_catalog.timestamptz;
    total bigint;
begin
    perform byok.hold_lease('rotate-master', $1, $2);
    if byok.plain_code($7) is null then
        raise exception 'a reason is a plain code' using errcode = '22023';
    end if;
    select k.master_key_version, k.sealed, k.quarantined_at into found_key
    from byok.api_keys k where k.id = $4 for no key update;
    if not found then
        return 'deleted';
    elsif found_key.master_key_version <> $5 or found_key.sealed <> $6 then
        return 'changed';
    elsif found_key.quarantined_at is not null then
        return 'quarantined';
    end if;
    update byok.rotations r set quarantined = r.quarantined + 1
    where r.id = $3 and r.finished_at is null
    returning r.started_at into began;
    if began is null then
        raise exception 'this rotation is over' using errcode = 'BK009';
    end if;
    total := 1 + (select pg_catalog.count(*) from byok.api_keys k where k.quarantined_at >= began);
    if total > 20 and total > greatest($8, (
        select pg_catalog.sum(p.rotated + p.changed + p.deleted + p.quarantined)
        from byok.rotation_progress p where p.rotation_id = $3)) / 20 then
        raise exception 'too many unreadable rows' using errcode = 'BK006';
    end if;
    update byok.api_keys k set quarantined_at = now(), quarantine_reason = $7 where k.id = $4;
    return 'quarantined';
end
$$;

revoke all on function byok.sealed_behind_fence, byok.step_patience, byok.has_proof from public;
