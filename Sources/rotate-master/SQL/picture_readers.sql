-- Whoever said within a day which master keys it holds.
select h.process, array_agg(h.version::bigint order by h.version) as versions, max(h.seen_at) as seen_at
from byok.key_holders h
where h.seen_at > now() - interval '24 hours'
group by h.process
order by h.process
