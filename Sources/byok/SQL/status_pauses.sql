select job, paused_at, paused_by, reason
from byok.pauses
order by job
limit 200
