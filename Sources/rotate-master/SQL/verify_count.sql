select count(*) as stored, count(*) filter (where k.quarantined_at is not null) as quarantined, byok.count_keys() as everyone
from byok.api_keys k
