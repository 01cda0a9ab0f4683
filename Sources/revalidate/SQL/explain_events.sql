select e.at, e.event, e.run_id, e.reason
from byok.key_events e
where e.key_id = $1
order by e.at desc, e.id desc
limit 20
