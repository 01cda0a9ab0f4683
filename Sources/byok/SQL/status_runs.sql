select distinct on (job, shard) job, shard, run_id, started_at, finished_at, exit_status as exit,
    case exit_status
        when 0 then 'done'
        when 1 then 'a person should look'
        when 64 then 'usage'
        when 65 then 'rows quarantined'
        when 69 then 'database or providers unavailable'
        when 70 then 'books do not balance'
        when 74 then 'report not written'
        when 75 then 'stopped: run again'
        when 77 then 'not permitted'
        when 78 then 'misconfigured'
        else case when finished_at is null then 'running, or died' else 'unknown' end
    end as outcome
from byok.job_runs
order by job, shard, started_at desc
limit 200
