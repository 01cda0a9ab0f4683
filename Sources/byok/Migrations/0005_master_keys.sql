-- The states of a master key: next, current (exactly one), previous, retired. Every move is audited.

-- The one writer of the audit trail, for functions that run with the owner's rights; byok.record_audit is the
-- door for everybody else.
create function byok.audit(action text, detail jsonb) returns void
language sql
begin atomic
    insert into byok.audit_log (action, detail) values (action, detail);
end;

create function byok.require_reason(reason text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if reason is null or pg_catalog.btrim(reason) = '' or pg_catalog.char_length(reason) > 500 then
        raise exception 'a reason of 1 to 500 characters is required' using errcode = 'BK005';
    end if;
end
$$;

-- Makes a master key known; answers its state. The very first one becomes current, as there is nothing
-- to move from. Registering the same key again changes nothing; another key under its number is refused.
create function byok.register_master_key(version integer, check_value bytea) returns text
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
    perform byok.audit(
        'master_key.registered', pg_catalog.jsonb_build_object('version', version, 'state', known.state));
    return known.state;
end
$$;

-- Makes a registered key the one that new rows are sealed under; the one before becomes previous.
create function byok.set_current_master_key(version integer, reason text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
    target byok.master_keys;
    before integer;
begin
    perform byok.require_operator();
    perform byok.require_reason(reason);
    lock table byok.master_keys in share row exclusive mode;
    select * into target from byok.master_keys m where m.version = set_current_master_key.version;
    if not found or target.state = 'retired' then
        raise exception 'master key % is not registered, or retired', version using errcode = 'BK005';
    end if;
    if target.state = 'current' then
        return;
    end if;
    update byok.master_keys m set state = 'previous' where m.state = 'current' returning m.version into before;
    update byok.master_keys m set state = 'current', activated_at = pg_catalog.now()
    where m.version = set_current_master_key.version;
    perform byok.audit(
        'master_key.set_current', pg_catalog.jsonb_build_object('from', before, 'to', version, 'reason', reason));
end
$$;

-- Ends the life of a previous key, or of one that never became current. The lock waits for every open writer, so that the count is a proof; the
-- exclusion of quarantined rows must be asked for with their number.
create function byok.retire_master_key(version integer, reason text, accept_quarantined bigint default 0)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    readable bigint;
    quarantined bigint;
begin
    perform byok.require_operator();
    perform byok.require_reason(reason);
    lock table byok.api_keys in share mode;
    lock table byok.master_keys in share row exclusive mode;
    if not exists (
        select from byok.master_keys m
        where m.version = retire_master_key.version and m.state in ('previous', 'next')
    ) then
        raise exception 'master key % is neither previous nor next', version using errcode = 'BK005';
    end if;
    select pg_catalog.count(*) filter (where k.quarantined_at is null),
        pg_catalog.count(*) filter (where k.quarantined_at is not null)
    into readable, quarantined
    from byok.api_keys k where k.master_key_version = retire_master_key.version;
    if readable > 0 or quarantined <> accept_quarantined then
        raise exception 'master key % still seals % keys and % quarantined ones', version, readable, quarantined
            using errcode = 'BK005';
    end if;
    update byok.master_keys m
    set state = 'retired', retired_at = pg_catalog.now()
    where m.version = retire_master_key.version;
    perform byok.audit(
        'master_key.retired',
        pg_catalog.jsonb_build_object('version', version, 'reason', reason, 'quarantined', quarantined));
end
$$;

-- Books `count` seals before they are made; answers how many were ever booked, these included. In a
-- transaction of its own: a seal made must stay booked, and the row is every writer's.
create function byok.reserve_seals(version integer, count bigint) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    total bigint;
begin
    if pg_catalog.pg_current_xact_id_if_assigned() is not null then
        raise exception 'seals are reserved in a transaction of their own' using errcode = 'BK005';
    end if;
    if count is null or count not between 1 and 4294967296 then
        raise exception 'seals are reserved in blocks of 1 to 2^32' using errcode = 'BK005';
    end if;
    update byok.master_keys m
    set sealed_count = m.sealed_count + reserve_seals.count
    where m.version = reserve_seals.version and m.state in ('current', 'previous')
        and m.sealed_count + reserve_seals.count <= 4294967296
    returning m.sealed_count into total;
    if total is null then
        if exists (
            select from byok.master_keys m
            where m.version = reserve_seals.version and m.state in ('current', 'previous')
        ) then
            raise exception 'master key % has no seals left', version using errcode = 'BK003';
        end if;
        raise exception 'master key % is neither current nor previous', version using errcode = 'BK005';
    end if;
    return total;
end
$$;

-- A running reader says that it holds a master key.
create function byok.tell_key_holder(process text, version integer) returns void
language sql security definer set search_path = ''
begin atomic
    insert into byok.key_holders as h (process, version) values (process, version)
    on conflict (process, version) do update set seen_at = now();
end;

-- Pauses: a row that the jobs look at. Job '*' is all of them.
create function byok.pause(job text, reason text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform byok.require_operator();
    perform byok.require_reason(reason);
    insert into byok.pauses as p (job, reason) values (pause.job, pause.reason)
    on conflict on constraint pauses_pkey do update
    set reason = excluded.reason, paused_by = session_user, paused_at = pg_catalog.now();
    perform byok.audit('job.paused', pg_catalog.jsonb_build_object('job', job, 'reason', reason));
end
$$;

create function byok.resume(job text, reason text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
    perform byok.require_operator();
    perform byok.require_reason(reason);
    delete from byok.pauses p where p.job = resume.job;
    if not found then
        return false;
    end if;
    perform byok.audit('job.resumed', pg_catalog.jsonb_build_object('job', job, 'reason', reason));
    return true;
end
$$;

revoke all on function
    byok.audit(text, jsonb), byok.require_reason(text),
    byok.register_master_key(integer, bytea), byok.set_current_master_key(integer, text),
    byok.retire_master_key(integer, text, bigint), byok.reserve_seals(integer, bigint),
    byok.tell_key_holder(text, integer), byok.pause(text, text), byok.resume(text, text)
from public;
