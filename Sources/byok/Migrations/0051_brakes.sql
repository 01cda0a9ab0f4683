-- What else a sweep may wait for: the archive of WAL, a replication slot that keeps WAL, an autovacuum of the keys.
alter table byok.rotation_progress drop constraint rotation_progress_waiting_for_check;
alter table byok.rotation_progress add constraint rotation_progress_waiting_for_check
    check (waiting_for in ('pause', 'replica', 'lock', 'timeout', 'rate', 'fence', 'archive', 'slot', 'autovacuum'));

-- As before, but for the time it waits: an autovacuum of the keys kept a rotation from beginning until it was through.
create or replace function byok.begin_rotation(shard text, token uuid, target integer, holders_confirmed text)
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
    perform pg_catalog.set_config('lock_timeout', byok.step_patience(), true);
    perform byok.rebuild_fence();
    return rotation;
end
$$;
