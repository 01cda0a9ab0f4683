-- The steps of a rotation: begun, swept shard by shard, fenced, proved, verified. Each is called by whoever holds a lease
-- of the job, and may be called again.

create function byok.hold_rotation(shard text, token uuid, rotation_id bigint) returns byok.rotations
language plpgsql set search_path = '' as $$
declare
    rotation byok.rotations;
begin
    perform byok.hold_lease('rotate-master', $1, $2);
    -- Until this step is committed the current key stays current, while seals go on being counted.
    lock table byok.master_keys in row exclusive mode;
    select r.* into rotation from byok.rotations r where r.id = $3 and r.finished_at is null for update;
    if not found or not exists (
        select from byok.master_keys m where m.version = rotation.target and m.state = 'current'
    ) then
        raise exception 'this rotation is over, or its target is not current any more' using errcode = 'BK009';
    end if;
    return rotation;
end
$$;

-- Begins a rotation to the current key, or goes on with the one that is open; one to another key ends with that. The
-- fence is brought up to date here, before the first row: 55P03 where a writer is in the way, then call it again.
create function byok.begin_rotation(shard text, token uuid, target integer, holders_confirmed text)
returns byok.rotations
language plpgsql security definer set search_path = '' set lock_timeout = '100ms' as $$
declare
    rotation byok.rotations;
    shards constant pg_catalog.text := pg_catalog.split_part($1, '/', 2);
begin
    perform byok.hold_lease('rotate-master', $1, $2);
    if exists (
        select from byok.job_leases l
        where l.job = 'rotate-master' and l.until > now() and pg_catalog.split_part(l.shard, '/', 2) <> shards
    ) then
        raise exception 'another run divides the keys differently' using errcode = 'BK010';
    end if;
    lock table byok.master_keys in row exclusive mode;
    if not exists (select from byok.master_keys m where m.version = $3 and m.state = 'current') then
        raise exception 'master key % is not current', $3 using errcode = 'BK009';
    end if;
    -- Shards begin at the same time. The sweep's own steps lock a row only, and go on.
    lock table byok.rotations in share update exclusive mode;
    select r.* into rotation from byok.rotations r where r.finished_at is null;
    if rotation.target <> $3 then
        update byok.rotations r set finished_at = now(), ended_as = 'superseded' where r.id = rotation.id;
        rotation := null;
    end if;
    -- What was said for the rotation that goes on holds until its end.
    perform byok.require_holders($3, coalesce($4, rotation.holders_confirmed));
    if rotation.id is null then
        insert into byok.rotations as r (target, holders_confirmed, keys_before)
        values ($3, $4, byok.keys_by_version())
        returning r.* into rotation;
        perform byok.audit('master_key.rotation_begun', jsonb_build_object(
            'rotation', rotation.id, 'target', $3, 'keys', rotation.keys_before, 'holders_confirmed', $4));
    elsif $4 is distinct from rotation.holders_confirmed and $4 is not null then
        update byok.rotations r set holders_confirmed = $4 where r.id = rotation.id returning r.* into rotation;
        perform byok.audit('master_key.rotation_continued', jsonb_build_object(
            'rotation', rotation.id, 'target', $3, 'holders_confirmed', $4));
    end if;
    perform byok.rebuild_fence();
    return rotation;
end
$$;

create function byok.keys_by_version() returns jsonb
language sql stable security definer set search_path = ''
begin atomic
    select coalesce(jsonb_object_agg(v.version, v.keys order by v.version), '{}')
    from (
        select k.master_key_version as version, count(*) as keys from byok.api_keys k group by k.master_key_version
    ) v;
end;

-- How far a shard has come, said about once a second in totals, so that saying it twice is saying it once. Answers
-- what may hold the sweep back.
create function byok.note_rotation(
    shard text, token uuid, rotation_id bigint, note jsonb,
    out pause_reason text, out paused_job text, out wal_position pg_lsn
)
language plpgsql security definer set search_path = '' as $$
declare
    known byok.rotation_progress;
begin
    perform byok.hold_lease('rotate-master', $1, $2);
    known := jsonb_populate_record(null::byok.rotation_progress, $4);
    insert into byok.rotation_progress as p (
        rotation_id, shard, run_id, cursor, pass, total, rotated, changed, deleted, quarantined, heap_only, wal_bytes,
        batch_size, statement_microseconds, rows_per_second, replica_lag_bytes, waiting_for, swept_at, updated_at)
    values (
        $3, $1, known.run_id, known.cursor, known.pass, known.total, known.rotated, known.changed, known.deleted,
        known.quarantined, known.heap_only, known.wal_bytes, known.batch_size, known.statement_microseconds,
        known.rows_per_second, known.replica_lag_bytes, known.waiting_for, known.swept_at, now())
    on conflict on constraint rotation_progress_pkey do update
    set (
        run_id, cursor, pass, total, rotated, changed, deleted, quarantined, heap_only, wal_bytes,
        batch_size, statement_microseconds, rows_per_second, replica_lag_bytes, waiting_for, swept_at, updated_at
    ) = (
        excluded.run_id, excluded.cursor, excluded.pass, excluded.total, excluded.rotated, excluded.changed,
        excluded.deleted, excluded.quarantined, excluded.heap_only, excluded.wal_bytes, excluded.batch_size,
        excluded.statement_microseconds, excluded.rows_per_second, excluded.replica_lag_bytes, excluded.waiting_for,
        excluded.swept_at, excluded.updated_at
    );
    select p.reason, p.job into pause_reason, paused_job
    from byok.pauses p where p.job in ('rotate-master', '*') order by p.paused_at limit 1;
    wal_position := pg_catalog.pg_current_wal_insert_lsn();
end
$$;

-- Once every shard of the division is swept: from here on nothing is sealed under another key than the target. False
-- while a shard is not swept. The lock waits for open writers (55P03: call it again), so that what they wrote is
-- there for the last look.
create function byok.fence_rotation(shard text, token uuid, rotation_id bigint) returns boolean
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
    perform byok.rebuild_fence();
    perform byok.audit(
        'master_key.rotation_fenced', jsonb_build_object('rotation', $3, 'target', rotation.target));
    return true;
end
$$;

-- The constraint that states the end, not proved yet. In a transaction of its own, because it takes the whole table for a
-- moment. Only once nothing is left: an older row could not even be checked or disabled under it.
create function byok.state_rotation_end(shard text, token uuid, rotation_id bigint) returns boolean
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
    if rotation.validated_at is null then
        perform byok.drop_proof();
        execute pg_catalog.format(
            'alter table byok.api_keys add constraint api_keys_under_target
            check (master_key_version = %s or quarantined_at is not null) not valid', rotation.target);
    end if;
    return true;
end
$$;

-- The database's own proof, which holds against writers that have not committed too. Does not block them.
create function byok.prove_rotation_end(shard text, token uuid, rotation_id bigint) returns byok.rotations
language plpgsql security definer set search_path = '' set lock_timeout = '1s' as $$
declare
    rotation byok.rotations := byok.hold_rotation($1, $2, $3);
begin
    if rotation.validated_at is not null then
        return rotation;
    end if;
    alter table byok.api_keys validate constraint api_keys_under_target;
    update byok.rotations r
    set validated_at = now(), last_lsn = pg_catalog.pg_current_wal_insert_lsn(), (validated_rows, validated_quarantined) = (
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

-- Every row was opened under the target: how many, and how many quarantined ones were left out.
create function byok.record_verification(
    shard text, token uuid, rotation_id bigint, verified bigint, quarantined bigint
) returns byok.rotations
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
    rotation byok.rotations := byok.hold_rotation($1, $2, $3);
begin
    if rotation.validated_at is null then
        raise exception 'the end of this rotation is not proved yet' using errcode = 'BK005';
    end if;
    update byok.rotations r set verified_at = now(), verified_rows = $4, verified_quarantined = $5
    where r.id = $3
    returning r.* into rotation;
    perform byok.audit('master_key.rotation_verified', jsonb_build_object(
        'rotation', $3, 'target', rotation.target, 'rows', $4, 'quarantined', $5));
    return rotation;
end
$$;

revoke all on function
    byok.hold_rotation, byok.begin_rotation, byok.keys_by_version, byok.note_rotation, byok.fence_rotation,
    byok.state_rotation_end, byok.prove_rotation_end, byok.record_verification
from public;
