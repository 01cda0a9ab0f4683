-- The writing side of a rotation: one statement a batch, and only for whoever holds the lease.

-- byok.may_rotate() in this condition cost more than the rest of the update (15 of 35 microseconds a row): a function
-- in SQL is started anew for each row. Since only the functions below write for a rotation, with the owner's rights, the
-- server's own look at a right that nobody else has does.
drop trigger key_replaced on byok.api_keys;
create trigger key_replaced
before update of sealed on byok.api_keys
for each row
when (
    new.sealed is distinct from old.sealed
    and not (
        new.master_key_version <> old.master_key_version
        and new.key_prefix = old.key_prefix
        and new.key_revision = old.key_revision
        and new.user_id = old.user_id
        and new.status = old.status
        and pg_catalog.has_schema_privilege(current_user, 'byok', 'CREATE')
    )
)
execute function byok.key_replaced();
drop function byok.may_rotate();

-- Puts new ciphertexts in place of those that were read: where a key still has the version and the nonce (bytes 2 to 13)
-- that were read, and still belongs to that user. Nothing else of the row changes.
--
-- The answer tells the state, not the deed, so that the same call again, after a lost reply, answers the same:
-- `changed` are the keys that hold something else than ours, `deleted` those that are gone; the rest is written.
-- `microseconds` is how long the update took, which is how long the rows were locked but for the commit.
create function byok.rewrap_keys(
    shard text, token uuid, target integer,
    ids uuid[], user_ids uuid[], versions integer[], nonces bytea[], sealed bytea[],
    out heap_only bigint, out microseconds bigint, out changed uuid[], out deleted uuid[]
)
language plpgsql security definer set search_path = ''
-- A plan made for a large batch would be a hash join over the whole table, and planning each costs more than it saves.
-- Whoever holds one row locked must not make the others of a batch wait with it.
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

-- Sets aside a row that does not open; answers quarantined, changed or deleted. By compare-and-set on all of its bytes,
-- as a row that is malformed may have no nonce. More than max(20, 5 % of the rows opened) of one rotation is BK006: what
-- makes every row unreadable is not the rows' fault. `opened` are those of the calling run; all runs and shards tell
-- theirs in byok.rotation_progress.
create function byok.quarantine_row(
    shard text, token uuid, rotation_id bigint, key_id uuid, version integer, sealed bytea, reason text, opened bigint
) returns text
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
    found_key pg_catalog.record;
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
    returning r.quarantined into total;
    if total is null then
        raise exception 'this rotation is over' using errcode = 'BK009';
    elsif total > 20 and total > greatest($8, (
        select pg_catalog.sum(p.rotated + p.changed + p.deleted + p.quarantined)
        from byok.rotation_progress p where p.rotation_id = $3)) / 20 then
        raise exception 'too many unreadable rows' using errcode = 'BK006';
    end if;
    update byok.api_keys k set quarantined_at = now(), quarantine_reason = $7 where k.id = $4;
    return 'quarantined';
end
$$;

revoke all on function byok.rewrap_keys, byok.quarantine_row from public;
