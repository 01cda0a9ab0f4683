-- Which replicas a rotation has to reach. One without a slot that is away when the older key is retired is shown nowhere,
-- and may still serve rows under that key.

-- By name, the most that were connected at once: {"walreceiver": 2}
alter table byok.rotations add column replicas jsonb not null default '{}'
    constraint rotations_replicas check (jsonb_typeof(replicas) = 'object');
-- A run of it asked a replica that BYOK_REPLICA_URL names.
alter table byok.rotations add column declares_replica boolean not null default false;

-- As before; and those that the open rotation saw and that are away now, whose position nobody knows. For a day after its
-- end too: a report that could not be written at once tells of the same ones. A base backup that is being taken is no replica.
create or replace function byok.replicas()
returns table (name text, kind text, at_lsn pg_lsn, behind_bytes bigint, behind_seconds double precision)
language sql stable security definer set search_path = ''
begin atomic
    with connected as (
        select coalesce(nullif(r.application_name, ''), 'replica ' || r.pid) as name, r.replay_lsn,
            extract(epoch from r.replay_lag)::double precision as lag
        from pg_stat_replication r
        where r.state is distinct from 'backup'
            and not exists (select from pg_replication_slots s where s.active_pid = r.pid and s.slot_type = 'logical')
    )
    select c.name, 'replica', c.replay_lsn,
        pg_wal_lsn_diff(pg_current_wal_insert_lsn(), c.replay_lsn)::bigint, c.lag
    from connected c
    union all
    select s.slot_name::text, s.slot_type || ' slot', s.confirmed_flush_lsn,
        pg_wal_lsn_diff(pg_current_wal_insert_lsn(), s.confirmed_flush_lsn)::bigint, null
    from pg_replication_slots s
    where not s.temporary and (s.slot_type = 'logical' or not s.active)
    union all
    select a.name, 'away', null, null, null
    from byok.rotations r
    cross join lateral jsonb_each_text(r.replicas) a (name, seen)
    where (r.finished_at is null or r.ended_as = 'retired' and r.finished_at > now() - interval '24 hours')
        and a.seen::bigint > (select count(*) from connected c where c.name = a.name)
    order by 1;
end;

-- Writes only where there is something new.
create function byok.note_replicas(rotation_id bigint, declares boolean) returns void
language sql set search_path = ''
begin atomic
    with seen as (
        select c.name, count(*) as most from byok.replicas() c where c.kind = 'replica' group by c.name
    )
    update byok.rotations r
    set declares_replica = r.declares_replica or coalesce($2, false),
        replicas = r.replicas || coalesce((
            select jsonb_object_agg(s.name, s.most) from seen s
            where s.most > coalesce((r.replicas ->> s.name)::bigint, 0)), '{}')
    where r.id = $1 and r.finished_at is null and (
        $2 and not r.declares_replica
        or exists (select from seen s where s.most > coalesce((r.replicas ->> s.name)::bigint, 0)));
end;

-- As before, and what was seen of replicas is kept.
create or replace function byok.note_rotation(
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
    perform byok.note_replicas($3, ($4 ->> 'declares_replica')::boolean);
    select p.reason, p.job into pause_reason, paused_job
    from byok.pauses p where p.job in ('rotate-master', '*') order by p.paused_at limit 1;
    wal_position := pg_catalog.pg_current_wal_insert_lsn();
end
$$;

revoke all on function byok.note_replicas from public;
