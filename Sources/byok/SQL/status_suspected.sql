select id as key_id, provider, key_prefix as prefix, label, first_refused_at, next_check_at as decided_at
from byok.api_keys
where status = 'suspected' and quarantined_at is null
order by next_check_at, id
limit 21
