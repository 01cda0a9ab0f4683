select g.approved_at, g.approved_by, g.approved_until
from byok.guards g
where g.run_id = $1 and g.approved_at is not null and ($2::text is null or g.provider = $2::text)
order by g.approved_at desc
limit 1
