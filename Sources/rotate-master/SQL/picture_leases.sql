select l.shard, l.holder, l.acquired_at, l.until, l.until > now() as is_live
from byok.job_leases l
where l.job = 'rotate-master'
order by l.shard
