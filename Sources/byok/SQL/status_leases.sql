select job, shard, holder, acquired_at, until, until <= now() as expired
from byok.job_leases
order by job, shard
limit 200
