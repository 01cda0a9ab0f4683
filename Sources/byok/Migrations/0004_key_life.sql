-- The life of a key: added, replaced, deleted, each with its event, in one transaction.
--
-- Replacement or rotation? Both write `sealed`. A write is a rotation when
--   1. it changes `sealed` and `master_key_version` and neither prefix, revision, owner nor status, and
--   2. whoever writes is byok_rotate or a member of the schema's owner.
-- Everything else that changes `sealed` is a replacement. No other role is granted UPDATE on `sealed`;
-- a service replaces through byok.replace_key, which changes the revision and so is never 1.
--
-- In a definer function a type that is not qualified (uuid, text) could be a temporary one of the
-- caller's, empty search_path or not: hence pg_catalog before each.

create function byok.may_rotate() returns boolean
language sql stable
begin atomic
    select current_user = 'byok_rotate'
        or pg_has_role(current_user, (select nspowner from pg_namespace where nspname = 'byok'), 'MEMBER');
end;

create function byok.key_replaced() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.key_revision := old.key_revision + 1;
    new.status := 'unchecked';
    new.disabled_reason := null;
    new.disabled_at := null;
    new.disabled_by_run := null;
    new.last_verdict := null;
    new.last_checked_at := null;
    new.next_check_at := pg_catalog.now();
    new.first_refused_at := null;
    new.first_refused_slow := false;
    new.held_since := null;
    new.quarantined_at := null;
    new.quarantine_reason := null;
    new.updated_at := pg_catalog.now();
    delete from byok.key_fingerprints f where f.key_id = old.id;
    -- What a waiting mail says is about the key that is gone.
    update byok.email_outbox o set state = 'cancelled' where o.key_id = old.id and o.state in ('held', 'queued');
    insert into byok.key_events (key_id, user_id, provider, event)
    values (new.id, new.user_id, new.provider, 'replaced');
    return new;
end
$$;

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
        and byok.may_rotate()
    )
)
execute function byok.key_replaced();

create function byok.key_would_not_open() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception 'this update would leave a key that does not open' using errcode = 'BK005';
end
$$;

-- Id, user, provider and version are sealed into the ciphertext: none can change without it.
create trigger key_would_not_open
before update of id, user_id, provider, master_key_version on byok.api_keys
for each row
when (
    new.sealed = old.sealed
    and (new.id, new.user_id, new.provider, new.master_key_version)
        is distinct from (old.id, old.user_id, old.provider, old.master_key_version)
)
execute function byok.key_would_not_open();

create function byok.keys_added() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into byok.key_events (key_id, user_id, provider, event)
    select a.id, a.user_id, a.provider, 'added' from added a;
    return null;
end
$$;

create trigger keys_added
after insert on byok.api_keys
referencing new table as added
for each statement execute function byok.keys_added();

create function byok.keys_deleted() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    update byok.email_outbox o set state = 'cancelled'
    from gone g
    where o.key_id = g.id and o.state in ('held', 'queued');
    insert into byok.key_events (key_id, user_id, provider, event)
    select g.id, g.user_id, g.provider, 'deleted' from gone g;
    return null;
end
$$;

-- The fingerprints go by ON DELETE CASCADE.
create trigger keys_deleted
after delete on byok.api_keys
referencing old table as gone
for each statement execute function byok.keys_deleted();

-- Locks out a retirement until the caller's transaction ends, then looks whether it came first.
create function byok.hold_master_key(version integer) returns void
language plpgsql set search_path = ''
as $$
begin
    lock table byok.api_keys in row exclusive mode;
    if not exists (
        select from byok.master_keys m
        where m.version = hold_master_key.version and m.state in ('current', 'previous')
    ) then
        raise exception 'master key % is neither current nor previous', version using errcode = 'BK005';
    end if;
end
$$;

-- Adds keys that the caller sealed, and answers the ids of those that were not there before, neither by
-- id nor by user, provider and label. `verdict` is that of a live check just made; without one the keys
-- stay unchecked, and due at once.
create function byok.add_keys(
    ids uuid[], user_ids uuid[], providers text[], labels text[], key_prefixes text[],
    version integer, sealed bytea[], verdict text default null
) returns setof uuid
language plpgsql security definer set search_path = ''
as $$
declare
    fresh pg_catalog.uuid[];
begin
    if verdict is not null and verdict not in ('valid', 'restricted', 'exhausted') then
        raise exception 'only a key that was found to work is added as checked' using errcode = 'BK005';
    end if;
    perform byok.hold_master_key(version);
    -- ON CONFLICT looks each row up in both unique indexes before it inserts: left out until a row needs it.
    -- In the order of their ids neighbours share index pages; where rows compete the first given wins, so not there.
    begin
        with k as (
            insert into byok.api_keys as k (
                id, user_id, provider, label, key_prefix, master_key_version, sealed,
                status, last_verdict, last_checked_at, next_check_at
            )
            select
                n.id, n.user_id, n.provider, n.label, n.key_prefix, add_keys.version, n.sealed,
                case when verdict is null then 'unchecked' else 'active' end, verdict,
                case when verdict is not null then pg_catalog.now() end,
                case when verdict is null then pg_catalog.now() else byok.next_look() end
            from rows from (
                pg_catalog.unnest(ids), pg_catalog.unnest(user_ids), pg_catalog.unnest(providers),
                pg_catalog.unnest(labels), pg_catalog.unnest(key_prefixes), pg_catalog.unnest(add_keys.sealed)
            ) as n (id, user_id, provider, label, key_prefix, sealed)
            order by n.id
            returning k.id
        )
        select pg_catalog.array_agg(k.id) into fresh from k;
    exception when unique_violation then
        with k as (
            insert into byok.api_keys as k (
                id, user_id, provider, label, key_prefix, master_key_version, sealed,
                status, last_verdict, last_checked_at, next_check_at
            )
            select
                n.id, n.user_id, n.provider, n.label, n.key_prefix, add_keys.version, n.sealed,
                case when verdict is null then 'unchecked' else 'active' end, verdict,
                case when verdict is not null then pg_catalog.now() end,
                case when verdict is null then pg_catalog.now() else byok.next_look() end
            from rows from (
                pg_catalog.unnest(ids), pg_catalog.unnest(user_ids), pg_catalog.unnest(providers),
                pg_catalog.unnest(labels), pg_catalog.unnest(key_prefixes), pg_catalog.unnest(add_keys.sealed)
            ) as n (id, user_id, provider, label, key_prefix, sealed)
            on conflict do nothing
            returning k.id
        )
        select pg_catalog.array_agg(k.id) into fresh from k;
    end;
    return query select f from pg_catalog.unnest(fresh) f;
end
$$;

-- A key is looked at again 6.5 to 7 days after its last look.
create function byok.next_look() returns timestamptz
language sql volatile
begin atomic
    select now() + interval '156 hours' + random() * interval '12 hours';
end;

create function byok.add_key(
    id uuid, user_id uuid, provider text, label text, key_prefix text,
    version integer, sealed bytea, verdict text default null
) returns boolean
language sql
begin atomic
    select exists (
        select from byok.add_keys(
            array[id], array[user_id], array[provider], array[label], array[key_prefix],
            version, array[sealed], verdict
        )
    );
end;

-- Puts another key in a row's place; answers the new revision, or null where the user has no such key.
create function byok.replace_key(
    key_id uuid, user_id uuid, key_prefix text, version integer, sealed bytea, verdict text default null
) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    revision bigint;
begin
    if verdict is not null and verdict not in ('valid', 'restricted', 'exhausted') then
        raise exception 'only a key that was found to work is stored as checked' using errcode = 'BK005';
    end if;
    perform byok.hold_master_key(version);
    -- The trigger settles the rest. Naming the revision is what tells this from a rotation.
    update byok.api_keys k
    set sealed = replace_key.sealed, master_key_version = replace_key.version,
        key_prefix = replace_key.key_prefix, key_revision = k.key_revision + 1
    where k.id = replace_key.key_id and k.user_id = replace_key.user_id
    returning k.key_revision into revision;
    if revision is not null and verdict is not null then
        update byok.api_keys k
        set status = 'active', last_verdict = verdict, last_checked_at = pg_catalog.now(),
            next_check_at = byok.next_look()
        where k.id = replace_key.key_id;
    end if;
    return revision;
end
$$;

create function byok.delete_key(key_id uuid, reason text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
    delete from byok.api_keys k where k.id = delete_key.key_id;
    if not found then
        return false;
    end if;
    insert into byok.audit_log (action, detail)
    values ('key.deleted', pg_catalog.jsonb_build_object('key_id', key_id, 'reason', pg_catalog.left(reason, 500)));
    return true;
end
$$;

revoke all on function
    byok.may_rotate(), byok.key_replaced(), byok.key_would_not_open(), byok.keys_added(), byok.keys_deleted(),
    byok.hold_master_key(integer), byok.next_look(),
    byok.add_keys(uuid[], uuid[], text[], text[], text[], integer, bytea[], text),
    byok.add_key(uuid, uuid, text, text, text, integer, bytea, text),
    byok.replace_key(uuid, uuid, text, integer, bytea, text),
    byok.delete_key(uuid, text)
from public;
