select provider, count(*) as keys, count(*) filter (where status = 'unchecked') as unchecked,
    count(*) filter (where status = 'active') as active, count(*) filter (where status = 'suspected') as suspected,
    count(*) filter (where status = 'disabled') as disabled, count(*) filter (where held_since is not null) as held,
    count(*) filter (where quarantined_at is not null) as quarantined
from byok.api_keys
group by provider
order by provider
