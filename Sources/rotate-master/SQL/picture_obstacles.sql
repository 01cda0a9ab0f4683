select o.code
from unnest(byok.retirement_obstacles($1::integer, $2::bigint, $3, $4::text, $5::text[])) with ordinality as o (code, rank)
order by o.rank
