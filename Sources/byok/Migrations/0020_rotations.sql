-- Where a rotation stands. The rows of byok.api_keys are the truth about it; what is kept here are its steps, which
-- no row tells, and how far each shard has come, which spares reading again and lets anybody watch.

create table byok.rotations (
    id bigint generated always as identity primary key,
    target integer not null check (target > 0),
    started_at timestamptz not null default now(),
    started_by text not null default session_user,
    -- The operator's words, where not every reader was seen with the key.
    holders_confirmed text check (char_length(holders_confirmed) between 1 and 500),
    -- Keys by master key version when it began, quarantined ones included: {"1": 1000000}
    keys_before jsonb not null check (jsonb_typeof(keys_before) = 'object'),
    -- Rows that this rotation set aside.
    quarantined bigint not null default 0 check (quarantined >= 0),
    -- From here on nothing is sealed under another version than the target …
    fenced_at timestamptz,
    -- … until another key is made current.
    fence_lowered_at timestamptz,
    validated_at timestamptz,
    validated_rows bigint,
    validated_quarantined bigint,
    -- Behind the last change that it made: a replica that is past it has no row under an older key.
    last_lsn pg_lsn,
    verified_at timestamptz,
    verified_rows bigint,
    verified_quarantined bigint,
    finished_at timestamptz,
    ended_as text check (ended_as in ('retired', 'superseded')),
    constraint rotations_finished check ((finished_at is null) = (ended_as is null)),
    constraint rotations_lowered check (fence_lowered_at is null or fenced_at is not null),
    constraint rotations_validated check (
        (validated_at is null) = (validated_rows is null) and (validated_at is null) = (validated_quarantined is null)
        and (validated_at is null) = (last_lsn is null) and (validated_at is null or fenced_at is not null)),
    constraint rotations_verified check (
        (verified_at is null) = (verified_rows is null) and (verified_at is null) = (verified_quarantined is null)
        and (verified_at is null or validated_at is not null))
);

create unique index rotations_one_open on byok.rotations ((true)) where finished_at is null;
create unique index rotations_one_fence on byok.rotations ((true))
    where fenced_at is not null and fence_lowered_at is null;

create table byok.rotation_progress (
    rotation_id bigint not null references byok.rotations (id) on delete cascade,
    shard text not null check (shard ~ '^[0-9]{1,4}/[1-9][0-9]{0,3}$'),
    run_id uuid not null,
    -- A hint: up to here this pass has read. Nothing depends on it.
    cursor uuid,
    pass integer not null default 1 check (pass > 0),
    -- Keys under other versions when the shard was taken up first.
    total bigint not null default 0 check (total >= 0),
    rotated bigint not null default 0 check (rotated >= 0),
    changed bigint not null default 0 check (changed >= 0),
    deleted bigint not null default 0 check (deleted >= 0),
    quarantined bigint not null default 0 check (quarantined >= 0),
    -- Of the rotated, how many updates touched no index.
    heap_only bigint not null default 0 check (heap_only >= 0),
    -- What the server wrote meanwhile, other sessions' included.
    wal_bytes bigint not null default 0 check (wal_bytes >= 0),
    batch_size integer check (batch_size > 0),
    statement_microseconds bigint check (statement_microseconds >= 0),
    rows_per_second double precision check (rows_per_second >= 0),
    -- Null where no replica is known, or none says where it is.
    replica_lag_bytes bigint,
    waiting_for text check (waiting_for in ('pause', 'replica', 'lock', 'timeout', 'rate', 'fence')),
    -- A whole pass found no key under another version that is not quarantined.
    swept_at timestamptz,
    updated_at timestamptz not null default now(),
    primary key (rotation_id, shard)
) with (fillfactor = 50);

alter table byok.rotations enable row level security;
alter table byok.rotation_progress enable row level security;

-- Who holds which key ---------------------------------------------------------------------------------

-- A running reader says which master keys it holds: all of them, so that one taken away is not believed in any longer.
create function byok.tell_held_keys(process text, versions integer[]) returns void
language sql security definer set search_path = ''
begin atomic
    delete from byok.key_holders h
    where h.process = $1 and not (h.version = any (coalesce($2, '{}')));
    insert into byok.key_holders as h (process, version)
    select distinct $1, v.version from unnest($2) v (version)
    on conflict (process, version) do update set seen_at = now();
end;

-- Readers of the last 24 hours that did not say that they hold this key. None may be there when a key is swept to, or
-- when others are retired: such a reader could not open what it reads.
create function byok.readers_without(version integer)
returns table (process text, versions integer[], seen_at timestamptz)
language sql stable security definer set search_path = ''
begin atomic
    select h.process, array_agg(h.version order by h.version), max(h.seen_at)
    from byok.key_holders h
    where h.seen_at > now() - interval '24 hours'
    group by h.process
    having not bool_or(h.version = $1)
    order by h.process;
end;

create function byok.require_holders(version integer, confirmed text) returns void
language plpgsql stable set search_path = '' as $$
begin
    if confirmed is not null then
        perform byok.require_reason(confirmed);
    elsif exists (select from byok.readers_without(version)) then
        raise exception 'readers were seen without master key %', version using errcode = 'BK008';
    end if;
end
$$;

-- Where those stand that copy this server: a replica's replay, a logical slot's confirmed position. A null position is
-- one that the schema's owner is not shown (grant it pg_read_all_stats), or that of a replica that is away.
create function byok.replicas()
returns table (name text, kind text, at_lsn pg_lsn, behind_bytes bigint, behind_seconds double precision)
language sql stable security definer set search_path = ''
begin atomic
    select coalesce(nullif(r.application_name, ''), 'replica ' || r.pid), 'replica', r.replay_lsn,
        pg_wal_lsn_diff(pg_current_wal_insert_lsn(), r.replay_lsn)::bigint, extract(epoch from r.replay_lag)::double precision
    from pg_stat_replication r
    where not exists (select from pg_replication_slots s where s.active_pid = r.pid and s.slot_type = 'logical')
    union all
    select s.slot_name::text, s.slot_type || ' slot', s.confirmed_flush_lsn,
        pg_wal_lsn_diff(pg_current_wal_insert_lsn(), s.confirmed_flush_lsn)::bigint, null
    from pg_replication_slots s
    where not s.temporary and (s.slot_type = 'logical' or not s.active)
    order by 1;
end;

revoke all on function byok.tell_held_keys, byok.readers_without, byok.require_holders, byok.replicas from public;
