-- Stores fingerprints of the revision they were made of and of no other. Gives how many were stored.
create function byok.put_fingerprints(
    key_ids uuid[], key_revisions bigint[], scan_key_id text, windows bytea[]
) returns bigint
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
    stored bigint;
begin
    if cardinality($1) is distinct from cardinality($2) or cardinality($1) is distinct from cardinality($4)
        or cardinality($1) <> (select count(distinct i.id) from unnest($1) as i (id))
    then
        raise exception 'a malformed batch of fingerprints' using errcode = '22023';
    end if;
    -- A foreign key's own lock would let a replacement pass between the look and the insert.
    perform from byok.api_keys k where k.id = any ($1) order by k.id for share;
    insert into byok.key_fingerprints as f (key_id, key_revision, scan_key_id, windows)
    select k.id, k.key_revision, $3, v.windows
    from unnest($1, $2, $4) as v (id, revision, windows)
    join byok.api_keys k on k.id = v.id and k.key_revision = v.revision
    order by k.id
    on conflict on constraint key_fingerprints_pkey do update
        set key_revision = excluded.key_revision, scan_key_id = excluded.scan_key_id, windows = excluded.windows;
    get diagnostics stored = row_count;
    return stored;
end
$$;

revoke all on function byok.put_fingerprints from public;
