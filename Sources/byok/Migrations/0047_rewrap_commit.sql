-- As before, but its commit does not wait for the disk, nor for a synchronous standby. What a crash of the server takes
-- back is under the key it was under before, and is found by the next look; the steps that say how far a rotation has come
-- are committed to the disk behind it. A small batch is no longer mostly its commit, and others' commits wait for fewer.
create or replace function byok.rewrap_keys(
    shard text, token uuid, target integer,
    ids uuid[], user_ids uuid[], versions integer[], nonces bytea[], sealed bytea[],
    out heap_only bigint, out microseconds bigint, out changed uuid[], out deleted uuid[]
)
language plpgsql security definer set search_path = ''
set plan_cache_mode = force_generic_plan set lock_timeout = '100ms' as $$
#variable_conflict use_column
declare
    written bigint;
    started pg_catalog.timestamptz;
    heap_only_before constant bigint :=
        pg_catalog.pg_stat_get_xact_tuples_hot_updated('byok.api_keys'::pg_catalog.regclass);
begin
    perform byok.hold_lease('rotate-master', $1, $2);
    if not exists (select from byok.master_keys m where m.version = $3 and m.state = 'current') then
        raise exception 'master key % is not current any more', $3 using errcode = 'BK009';
    end if;
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
    started := pg_catalog.clock_timestamp();
    update byok.api_keys k
    set sealed = n.sealed, master_key_version = $3
    from unnest($4, $5, $6, $7, $8) as n (id, user_id, version, nonce, sealed)
    where k.id = n.id and k.user_id = n.user_id and k.master_key_version = n.version
        and pg_catalog.substring(k.sealed, 2, 12) = n.nonce and k.quarantined_at is null;
    get diagnostics written = row_count;
    microseconds := 1000000 * extract(epoch from pg_catalog.clock_timestamp() - started);
    heap_only :=
        pg_catalog.pg_stat_get_xact_tuples_hot_updated('byok.api_keys'::pg_catalog.regclass) - heap_only_before;
    changed := '{}';
    deleted := '{}';
    if written < pg_catalog.cardinality($4) then
        select coalesce(pg_catalog.array_agg(n.id) filter (where k.id is not null), '{}'),
            coalesce(pg_catalog.array_agg(n.id) filter (where k.id is null), '{}')
        into changed, deleted
        from unnest($4, $8) as n (id, sealed)
        left join byok.api_keys k on k.id = n.id
        where k.sealed is distinct from n.sealed;
    end if;
end
$$;

-- As before; and its steps reach the disk, with all that was written before, where the server's commits usually do not.
create or replace function byok.hold_rotation(shard text, token uuid, rotation_id bigint) returns byok.rotations
language plpgsql set search_path = '' as $$
declare
    rotation byok.rotations;
begin
    perform byok.hold_lease('rotate-master', $1, $2);
    if pg_catalog.current_setting('synchronous_commit') = 'off' then
        perform pg_catalog.set_config('synchronous_commit', 'on', true);
    end if;
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
