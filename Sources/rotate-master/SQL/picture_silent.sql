-- Whoever said it last more than a day ago, and did not say that it ends.
select h.process, array_agg(h.version::bigint order by h.version) as versions, max(h.seen_at) as seen_at
from byok.key_holders h
group by h.process
having max(h.seen_at) <= now() - interval '24 hours'
order by h.process
