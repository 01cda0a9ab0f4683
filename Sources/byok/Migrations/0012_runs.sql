-- The record of runs, the audit trail, and who counts as the operator.

-- What a process tells of itself. What only the functions of this schema do, only they write down.
create function byok.record_audit(action text, detail jsonb) returns void
language plpgsql security definer set search_path = '' as $$
begin
    if $1 ~ '^(guard|master_key|undo|run|key|job|quarantine)[.]' then
        raise exception 'this action is recorded by the function that does it' using errcode = '42501';
    end if;
    perform byok.audit($1, coalesce($2, '{}'));
end
$$;

-- Who logged in counts, not a role put on later. Looked up by oid: a name that does not exist would raise.
-- pg_roles is qualified: an empty search_path still finds the caller's temporary tables first.
create function byok.require_operator() returns void
language plpgsql stable set search_path = '' as $$
begin
    if exists (
        select from pg_catalog.pg_roles r
        where r.rolname = 'byok_operator' and pg_has_role(session_user, r.oid, 'MEMBER')
    ) then
        return;
    end if;
    raise exception 'only the operator may do this' using errcode = 'BK004';
end
$$;

-- Twice with the same words is once: the reply to the first commit may have been lost.
create function byok.start_run(run_id uuid, job text, shard text, token uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
    perform byok.require_job($2);
    perform byok.hold_lease($2, $3, $4);
    insert into byok.job_runs (run_id, job, shard) values ($1, $2, $3) on conflict do nothing;
    perform from byok.job_runs r
    where r.run_id = $1 and r.job = $2 and r.shard = $3 and r.finished_at is null;
    if not found then
        raise exception 'this run is another job''s or over' using errcode = 'BK005';
    end if;
end
$$;

create function byok.finish_run(run_id uuid, exit_status integer, counts jsonb, report_digest text) returns void
language plpgsql security definer set search_path = '' as $$
begin
    perform byok.require_job(r.job) from byok.job_runs r where r.run_id = $1;
    update byok.job_runs r
    set finished_at = now(), exit_status = $2, counts = $3, report_digest = $4
    where r.run_id = $1 and r.finished_at is null;
    if found then
        return;
    end if;
    perform from byok.job_runs r
    where r.run_id = $1 and r.exit_status = $2
        and r.counts is not distinct from $3 and r.report_digest is not distinct from $4;
    if not found then
        raise exception 'no such run, or it ended otherwise' using errcode = 'BK005';
    end if;
end
$$;

-- What became of every key a run took up, as the database counts it; the process counts apart.
create function byok.run_books(run_id uuid) returns table (outcome text, count bigint)
language sql stable security definer set search_path = '' as $$
    select c.outcome, count(*) from byok.key_checks c where c.run_id = $1 group by c.outcome;
$$;

revoke all on function byok.record_audit, byok.require_operator, byok.start_run, byok.finish_run, byok.run_books
from public;
