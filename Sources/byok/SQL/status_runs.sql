select distinct on (job, shard) job, shard, run_id, started_at, finished_at, exit_status as exit
from byok.job_runs
order by job, shard, started_at desc
limit 200
