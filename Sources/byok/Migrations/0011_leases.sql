-- One lease a job and shard: a row with a fencing token, because session locks do not survive a
-- transaction-mode pooler.

-- A job's role runs that job; the operator and the schema's owner run any. Who logged in counts, as in
-- byok.require_operator.
create function byok.require_job(job text) returns void
language plpgsql stable set search_path = '' as $$
begin
    if exists (
        select from (
            values ('byok_revalidate', 'revalidate'), ('byok_rotate', 'rotate-master'),
                ('byok_savings', 'savings-report'), ('byok_scan', 'audit-scan'), ('byok_mail', 'mail'),
                ('byok_operator', $1)
        ) own (role, job)
        join pg_catalog.pg_roles r on r.rolname = own.role
        where own.job = $1 and pg_has_role(session_user, r.oid, 'MEMBER')
    ) or pg_has_role(
        session_user, (select n.nspowner from pg_catalog.pg_namespace n where n.nspname = 'byok'), 'MEMBER')
    then
        return;
    end if;
    raise exception 'this role does not run this job' using errcode = '42501';
end
$$;

-- A lease that its holder cannot renew blocks the job until it ends: an hour at most.
create function byok.require_time_to_live(ttl interval) returns void
language plpgsql immutable set search_path = '' as $$
begin
    if $1 is null or $1 <= interval '0' or $1 > interval '1 hour' then
        raise exception 'a lease lives up to an hour' using errcode = '22023';
    end if;
end
$$;

-- A refusal names the holder and since when, never the holder's token.
create function byok.acquire_lease(job text, shard text, holder_name text, ttl interval)
returns table (acquired boolean, token uuid, holder text, acquired_at timestamptz, until timestamptz)
language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
#variable_conflict use_column
declare
    fresh constant pg_catalog.uuid := gen_random_uuid();
begin
    perform byok.require_job($1);
    perform byok.require_time_to_live($4);
    -- Again where the holder let go between the refusal and the look at who it was.
    for attempt in 1..3 loop
        insert into byok.job_leases as l (job, shard, holder, token, acquired_at, until)
        values ($1, $2, $3, fresh, now(), now() + $4)
        on conflict on constraint job_leases_pkey do update
            set holder = excluded.holder, token = excluded.token,
                acquired_at = excluded.acquired_at, until = excluded.until
            where l.until <= now();
        return query
            select l.token = fresh, case when l.token = fresh then l.token end, l.holder, l.acquired_at, l.until
            from byok.job_leases l where l.job = $1 and l.shard = $2;
        exit when found;
    end loop;
end
$$;

-- A lease that ran out but that nobody took is still ours: what fences is the token, not the clock.
create function byok.renew_lease(job text, shard text, token uuid, ttl interval) returns boolean
language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
begin
    perform byok.require_job($1);
    perform byok.require_time_to_live($4);
    -- Not now(): a transaction that waited for the row would renew into the past.
    update byok.job_leases l set until = clock_timestamp() + $4
    where l.job = $1 and l.shard = $2 and l.token = $3;
    return found;
end
$$;

create function byok.release_lease(job text, shard text, token uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
begin
    perform byok.require_job($1);
    delete from byok.job_leases l where l.job = $1 and l.shard = $2 and l.token = $3;
    return found;
end
$$;

-- Every writing transaction begins here. The share lock keeps the lease from changing hands before the
-- transaction ends; BK001 tells a process that it was overtaken.
create function byok.hold_lease(job text, shard text, token uuid) returns void
language plpgsql set search_path = '' as $$
begin
    perform from byok.job_leases l where l.job = $1 and l.shard = $2 and l.token = $3 for share;
    if not found then
        raise exception 'the lease is not ours any more' using errcode = 'BK001';
    end if;
end
$$;

revoke all on function byok.require_job, byok.require_time_to_live, byok.acquire_lease, byok.renew_lease,
    byok.release_lease, byok.hold_lease
from public;
