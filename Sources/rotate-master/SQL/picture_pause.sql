select p.paused_at, p.paused_by, p.reason, p.job = '*' as pauses_all
from byok.pauses p
where p.job in ('rotate-master', '*')
order by p.paused_at, p.job
limit 1
